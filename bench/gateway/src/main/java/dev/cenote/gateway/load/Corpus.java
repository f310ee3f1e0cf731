package dev.cenote.gateway.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** The documents that are sent: those of a Maven artifact, or the user's own folder. */
public record Corpus(String origin, List<Document> documents) {
    /** Larger files are left out: a gateway that takes whole messages bounds them. */
    static final int DOCUMENT_BYTES_MAX = 1 << 20;
    /** More documents than this are thinned out, by the seed. */
    static final int DOCUMENTS_MAX = 2000;
    /** All of them together: every client thread keeps them in memory. */
    static final long CORPUS_BYTES_MAX = 64L << 20;
    private static final String CATALOG = "org/apache/camel/catalog/";
    private static final String INDEX = "index.txt";

    public Corpus {
        documents = List.copyOf(documents);
    }

    /** The JSON documents of the Apache Camel catalog (Apache-2.0), read from its jar on the class path. */
    public static Corpus ofCatalog() throws IOException {
        URL anchor = Corpus.class.getClassLoader().getResource(CATALOG + "components.properties");
        if (anchor == null || !(anchor.openConnection() instanceof JarURLConnection connection)) {
            throw new IOException("the Apache Camel catalog is not on the class path as a jar");
        }
        List<Document> documents = new ArrayList<>();
        try (JarFile jar = new JarFile(Path.of(connection.getJarFile().getName()).toFile())) {
            for (JarEntry entry : Collections.list(jar.entries())) {
                if (entry.getName().startsWith(CATALOG) && entry.getName().endsWith(".json")) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        documents.add(new Document(entry.getName().substring(CATALOG.length()), in.readAllBytes()));
                    }
                }
            }
        }
        documents.sort((a, b) -> a.name().compareTo(b.name()));
        return new Corpus("JSON documents of the Apache Camel catalog (Apache-2.0, Maven artifact camel-catalog)", documents);
    }

    /** Files under {@code folder} of at most 1 MiB each and 64 MiB in all, whatever they hold, chosen by the seed. */
    public static Corpus ofFolder(Path folder, long seed) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = new ArrayList<>(walk.filter(Files::isRegularFile).filter(Files::isReadable).sorted().toList());
        }
        List<Path> fitting = new ArrayList<>();
        for (Path file : files) {
            long size = Files.size(file);
            if (size > 0 && size <= DOCUMENT_BYTES_MAX) {
                fitting.add(file);
            }
        }
        if (fitting.isEmpty()) {
            throw new IOException("no readable file of 1 byte to 1 MiB under " + folder);
        }
        Collections.shuffle(fitting, new Random(seed));
        List<Document> documents = new ArrayList<>();
        long total = 0;
        for (Path file : fitting.subList(0, Math.min(DOCUMENTS_MAX, fitting.size()))) {
            byte[] bytes = Files.readAllBytes(file);
            total += bytes.length;
            if (total > CORPUS_BYTES_MAX) {
                break;
            }
            documents.add(new Document(folder.relativize(file).toString(), bytes));
        }
        return new Corpus("files under " + folder, documents);
    }

    /** Writes the documents where a client of another process reads them, see {@link #read}. */
    public void write(Path folder) throws IOException {
        StringBuilder index = new StringBuilder();
        for (int i = 0; i < documents.size(); i++) {
            Files.write(folder.resolve(i + ".bin"), documents.get(i).bytes());
            index.append(i).append(".bin ").append(documents.get(i).checksum()).append('\n');
        }
        Files.writeString(folder.resolve(INDEX), index, StandardCharsets.US_ASCII);
    }

    /** What {@link #write} wrote; names are lost. */
    public static Corpus read(Path folder) throws IOException {
        List<Document> documents = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(INDEX), StandardCharsets.US_ASCII)) {
            String file = line.substring(0, line.indexOf(' '));
            documents.add(new Document(file, Files.readAllBytes(folder.resolve(file))));
        }
        return new Corpus("files under " + folder, documents);
    }

    /** Count and spread of sizes, in words. */
    public String describe() {
        int[] sizes = documents.stream().mapToInt(document -> document.bytes().length).sorted().toArray();
        double mean = Arrays.stream(sizes).average().orElse(0);
        return String.format(Locale.ROOT, "%d %s; sizes %s to %s, median %s, p90 %s, mean %s", sizes.length, origin,
                kib(sizes[0]), kib(sizes[sizes.length - 1]), kib(sizes[sizes.length / 2]),
                kib(sizes[(int) (sizes.length * 0.9)]), kib(mean));
    }

    private static String kib(double bytes) {
        return String.format(Locale.ROOT, "%.1f KiB", bytes / 1024);
    }
}
