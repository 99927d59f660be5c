//! The process's metrics in Prometheus' text form. They count requests, loads and times; a label is a
//! route's pattern, a town's code or a state, never anything of a resident's.

use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the time buckets, seconds; the answer to a read is meant to stay under 40 ms.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// How often the times that were recorded go into their buckets. Until then each is kept, and where nobody asks for
/// the metrics nothing else would do it.
const UPKEEP: Duration = Duration::from_secs(5);

static HANDLE: LazyLock<PrometheusHandle> = LazyLock::new(|| {
    let buckets =
        PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS);
    let recorder = buckets.unwrap_or_else(|_| PrometheusBuilder::new()).build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("another recorder of metrics is installed; /metrics will be empty");
    }
    let kept = handle.clone();
    let upkeep = thread::Builder::new().name("metrics".to_owned()).spawn(move || {
        loop {
            thread::sleep(UPKEEP);
            kept.run_upkeep();
        }
    });
    if upkeep.is_err() {
        tracing::warn!("no thread for the upkeep of metrics: ask for /metrics, or memory grows");
    }
    handle
});

/// Begins to record, once a process.
pub(crate) fn install() {
    LazyLock::force(&HANDLE);
}

/// Everything recorded so far.
pub(crate) fn render() -> String {
    HANDLE.run_upkeep();
    HANDLE.render()
}
