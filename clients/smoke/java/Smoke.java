import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.FileInputStream;
import java.net.http.HttpClient;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import jp.tasuki.client.ApiClient;
import jp.tasuki.client.ApiException;
import jp.tasuki.client.api.CandidatesApi;
import jp.tasuki.client.api.PersonsApi;
import jp.tasuki.client.api.RunsApi;
import jp.tasuki.client.model.Purpose;

/**
 * Finds a child of 開成町, reads her record, lists the candidates of the newest run, meets an error. Reads
 * access.json of a demonstration, whose path is in TASUKI_ACCESS. Everybody in it is fictional.
 */
public class Smoke {
    public static void main(String[] arguments) throws Exception {
        ObjectMapper json = new ObjectMapper();
        JsonNode access = json.readTree(new File(System.getenv("TASUKI_ACCESS")));
        String token = access.at("/towns/kaisei/case_worker/token").asText();
        ApiClient client = new ApiClient();
        client.updateBaseUri(access.get("url").asText());
        client.setHttpClientBuilder(HttpClient.newBuilder().sslContext(trusting(access.get("ca").asText())));
        client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + token));

        PersonsApi persons = new PersonsApi(client);
        var found = persons.listPersons(
            Purpose.SUPPORT, null, null, null, "elementary_4", null, null, null, 5, null);
        var child = persons.readPerson(Purpose.SUPPORT, found.getItems().get(0).getId(), null);
        var timeline = persons.readTimeline(Purpose.SUPPORT, child.getId(), null);
        var run = new RunsApi(client).listRuns(null, null).getItems().get(0);
        var candidates =
            new CandidatesApi(client).listCandidates(Purpose.ASSESSMENT, run.getId(), null, null, 200, null);
        try {
            persons.readPerson(Purpose.SUPPORT, "per_" + "0".repeat(32), null);
            throw new IllegalStateException("a person whom nobody has was found");
        } catch (ApiException error) {
            String code = json.readTree(error.getResponseBody()).get("code").asText();
            check(error.getCode() == 404 && code.equals("person_not_found"), code);
        }
        String name = child.getIdentity().getFamilyName().getValue();
        int entries = timeline.getItems().size();
        int listed = candidates.getItems().size();
        System.out.printf(
            "%s: %d entries; %d candidates, %s%n", name, entries, listed, candidates.getAsOfJa());
        check(name != null && entries > 0 && listed > 0, "nothing is there");
    }

    /** Trusts this one certificate. */
    private static SSLContext trusting(String file) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var stream = new FileInputStream(file)) {
            store.setCertificateEntry(
                "tasuki", CertificateFactory.getInstance("X.509").generateCertificate(stream));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
