// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestCertificatesTests {

    @TempDir
    private static Path directory;

    private static TestCertificates certificates;

    @BeforeAll
    static void create() {
        certificates = TestCertificates.createIn(directory);
    }

    @Test
    void serverSpeaksTlsBesidePlainText() throws Exception {
        try (RedisServer server = RedisServers.start(certificates.serverArgs())) {
            assertThat(server.tlsUrl()).isEqualTo("rediss://127.0.0.1:" + server.tlsPort());
            assertThat(pingOverTls(server)).isEqualTo("PONG");
            assertThat(server.cli().command("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void serverThatAsksForClientCertificatesAnswersNobodyElse() {
        try (RedisServer server = RedisServers.start(certificates.serverArgsWithClientCertificates())) {
            assertThatIOException().isThrownBy(() -> pingOverTls(server));
        }
    }

    @Test
    void plainServerHasNoTlsPort() {
        try (RedisServer server = RedisServers.start()) {
            assertThatIllegalStateException().isThrownBy(server::tlsPort);
        }
    }

    private static Object pingOverTls(RedisServer server) throws Exception {
        try (SSLSocket socket =
                (SSLSocket) trustingTheAuthority().getSocketFactory().createSocket()) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(2_000);
            socket.connect(new InetSocketAddress(server.host(), server.tlsPort()));
            socket.getOutputStream().write(Resp.command("PING"));
            return Resp.read(socket.getInputStream());
        }
    }

    private static SSLContext trustingTheAuthority() throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (var in = Files.newInputStream(Path.of(certificates.file("ca.crt")))) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }
}
