// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.testkit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate authority of the test's own, and two certificates by it: {@code server} for 127.0.0.1 and localhost, and
 * {@code client}. Each is a pair of PEM files, {@code server.crt} and {@code server.key}; the authority is {@code ca.crt}.
 */
public final class TestCertificates {

    private static final char[] PASSWORD = "changeit".toCharArray();

    private final Path directory;

    private TestCertificates(Path directory) {
        this.directory = directory;
    }

    /** @param directory where the files are written to, for example a {@code @TempDir} */
    public static TestCertificates createIn(Path directory) {
        Path store = directory.resolve("all.p12");
        generate(store, "ca", "-ext", "bc:c");
        generate(store, "server", "-signer", "ca", "-ext", "san=ip:127.0.0.1,dns:localhost");
        generate(store, "client", "-signer", "ca");
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(new ByteArrayInputStream(Files.readAllBytes(store)), PASSWORD);
            for (String name : List.of("ca", "server", "client")) {
                write(
                        directory.resolve(name + ".crt"),
                        "CERTIFICATE",
                        keys.getCertificate(name).getEncoded());
                write(
                        directory.resolve(name + ".key"),
                        "PRIVATE KEY",
                        keys.getKey(name, PASSWORD).getEncoded());
            }
            return new TestCertificates(directory.toAbsolutePath());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For {@link RedisServers#start}: TLS with the server's certificate, no client certificate asked for. */
    public String[] serverArgs() {
        return new String[] {
            "--tls-cert-file", file("server.crt"),
            "--tls-key-file", file("server.key"),
            "--tls-ca-cert-file", file("ca.crt"),
            "--tls-auth-clients", "no"
        };
    }

    /** The same, and clients have to show a certificate of the authority. */
    public String[] serverArgsWithClientCertificates() {
        String[] args = serverArgs();
        args[args.length - 1] = "yes";
        return args;
    }

    /** For servers that talk to each other, and sentinels: all that they say and hear is encrypted. */
    public String[] tlsOnlyArgs() {
        return Stream.concat(
                        Stream.of(serverArgs()),
                        Stream.of("--port", "0", "--tls-replication", "yes", "--tls-cluster", "yes"))
                .toArray(String[]::new);
    }

    /** Sockets that trust an authority, and ask for no name. */
    static SSLSocketFactory trusting(Path authority) {
        try (InputStream in = Files.newInputStream(authority)) {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The absolute path of one of the files, for example {@code ca.crt}. */
    public String file(String name) {
        return directory.resolve(name).toString();
    }

    private static void generate(Path store, String name, String... more) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-J-XX:+UseSerialGC",
                "-genkeypair",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-keyalg",
                "EC",
                "-validity",
                "30",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD)));
        command.addAll(List.of(more));
        try {
            Process keytool =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (keytool.waitFor() != 0) {
                throw new IllegalStateException("keytool failed: " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void write(Path file, String type, byte[] content) throws IOException {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(content);
        Files.writeString(file, "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n");
    }
}
