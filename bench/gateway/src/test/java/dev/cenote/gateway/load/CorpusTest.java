package dev.cenote.gateway.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
    @TempDir
    private Path folder;

    @Test
    void catalog_holdsManyRealDocumentsOfManySizes() throws IOException {
        Corpus corpus = Corpus.ofCatalog();
        assertThat(corpus.documents()).hasSizeGreaterThan(900);
        assertThat(corpus.documents()).anyMatch(d -> d.bytes().length < 512).anyMatch(d -> d.bytes().length > 100_000);
        for (Document document : corpus.documents()) {
            new ObjectMapper().readTree(document.bytes()); // throws for what is no JSON
        }
        assertThat(corpus.describe()).contains("documents of the Apache Camel catalog").contains("median");
    }

    @Test
    void folder_givesItsFiles_alsoNested_withoutEmptyAndHugeOnes() throws IOException {
        Files.createDirectories(folder.resolve("a/b"));
        Files.writeString(folder.resolve("a/b/one.txt"), "one");
        Files.writeString(folder.resolve("two.json"), "{}");
        Files.createFile(folder.resolve("empty"));
        Files.write(folder.resolve("huge"), new byte[Corpus.DOCUMENT_BYTES_MAX + 1]);
        assertThat(Corpus.ofFolder(folder, 1).documents()).extracting(Document::name)
                .containsExactlyInAnyOrder("a/b/one.txt", "two.json");
    }

    @Test
    void folderWithNothingUsable_isAnError_thatNamesIt() {
        assertThatThrownBy(() -> Corpus.ofFolder(folder, 1)).isInstanceOf(IOException.class).hasMessageContaining(folder.toString());
    }

    @Test
    void manyFiles_areThinnedOut_theSameForTheSameSeed() throws IOException {
        for (int i = 0; i < Corpus.DOCUMENTS_MAX + 10; i++) {
            Files.writeString(folder.resolve("f" + i), "x" + i);
        }
        Corpus corpus = Corpus.ofFolder(folder, 4);
        assertThat(corpus.documents()).hasSize(Corpus.DOCUMENTS_MAX);
        assertThat(corpus.documents()).extracting(Document::name)
                .isEqualTo(Corpus.ofFolder(folder, 4).documents().stream().map(Document::name).toList());
    }

    @Test
    void largeFolder_isBoundedInAll() throws IOException {
        for (int i = 0; i < 70; i++) {
            Files.write(folder.resolve("f" + i), new byte[Corpus.DOCUMENT_BYTES_MAX]);
        }
        assertThat(Corpus.ofFolder(folder, 1).documents()).hasSize(64);
    }

    @Test
    void writtenCorpus_isReadBackByteForByte() throws IOException {
        Corpus corpus = Corpus.ofCatalog();
        corpus.write(folder);
        Corpus read = Corpus.read(folder);
        assertThat(read.documents()).hasSameSizeAs(corpus.documents());
        for (int i = 0; i < corpus.documents().size(); i++) {
            assertThat(read.documents().get(i).bytes()).isEqualTo(corpus.documents().get(i).bytes());
        }
    }
}
