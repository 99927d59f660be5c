//! SQL as any role: what a test asks the server directly, past the store. Everything comes back as
//! the text the server sends.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_postgres::{AsyncMessage, Client, Config, NoTls, SimpleQueryMessage};

/// A row: each column's text, `None` for NULL.
pub type Row = Vec<Option<String>>;

/// What the server answered instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlFault {
    /// SQLSTATE; empty when the connection was lost.
    pub state: String,
    /// Its message.
    pub message: String,
}

/// One open connection.
pub struct Sql {
    client: Client,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Sql {
    /// Opens a connection.
    ///
    /// # Panics
    /// When the server refuses it.
    pub async fn open(config: &Config) -> Self {
        Self::try_open(config).await.unwrap_or_else(|fault| panic!("{config:?}: {fault:?}"))
    }

    /// Opens a connection, perhaps.
    ///
    /// # Errors
    /// What the server answered.
    pub async fn try_open(config: &Config) -> Result<Self, SqlFault> {
        let (client, mut connection) = config.connect(NoTls).await.map_err(|error| fault(&error))?;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Some(Ok(message)) = poll_fn(|cx| Pin::new(&mut connection).poll_message(cx)).await {
                let text = match message {
                    AsyncMessage::Notification(note) => format!("{} {}", note.channel(), note.payload()),
                    AsyncMessage::Notice(notice) => notice.to_string(),
                    _ => continue,
                };
                hears.lock().unwrap_or_else(PoisonError::into_inner).push(text);
            }
        });
        Ok(Self { client, heard })
    }

    /// Runs statements that must succeed.
    ///
    /// # Panics
    /// When one fails.
    pub async fn run(&self, sql: &str) {
        self.try_rows(sql).await.unwrap_or_else(|fault| panic!("{sql}: {fault:?}"));
    }

    /// The rows of statements that must succeed.
    ///
    /// # Panics
    /// When one fails.
    pub async fn rows(&self, sql: &str) -> Vec<Row> {
        self.try_rows(sql).await.unwrap_or_else(|fault| panic!("{sql}: {fault:?}"))
    }

    /// The first column of every row, NULLs left out.
    ///
    /// # Panics
    /// When the statement fails.
    pub async fn column(&self, sql: &str) -> Vec<String> {
        self.rows(sql).await.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect()
    }

    /// The one value of the one row.
    ///
    /// # Panics
    /// When the statement fails or there is no such value.
    pub async fn value(&self, sql: &str) -> String {
        self.column(sql).await.into_iter().next().unwrap_or_else(|| panic!("{sql}: no value"))
    }

    /// The one whole number of the one row.
    ///
    /// # Panics
    /// As [`Self::value`], and when it is no number.
    pub async fn number(&self, sql: &str) -> i64 {
        self.value(sql).await.parse().unwrap()
    }

    /// The rows, or what the server answered instead.
    ///
    /// # Errors
    /// The first fault; an open transaction is then aborted.
    pub async fn try_rows(&self, sql: &str) -> Result<Vec<Row>, SqlFault> {
        let messages = self.client.simple_query(sql).await.map_err(|error| fault(&error))?;
        let rows = messages.into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|column| row.get(column).map(str::to_owned)).collect())
            }
            _ => None,
        });
        Ok(rows.collect())
    }

    /// The SQLSTATE with which the server refuses.
    ///
    /// # Panics
    /// When it does not refuse.
    pub async fn refusal(&self, sql: &str) -> String {
        match self.try_rows(sql).await {
            Ok(rows) => panic!("{sql}: was not refused, {} rows", rows.len()),
            Err(fault) => fault.state,
        }
    }

    /// Notices and notifications so far, as text.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn fault(error: &tokio_postgres::Error) -> SqlFault {
    match error.as_db_error() {
        Some(db) => SqlFault { state: db.code().code().to_owned(), message: db.to_string() },
        None => SqlFault { state: String::new(), message: error.to_string() },
    }
}
