package dev.cenote.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cenote.SizedPool;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampNanoVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Vectors of every kind, written and read back as stream and as file, all on our memory.
 */
class IpcTest {

    private static final int ROWS = 1000;
    private static final int BATCHES = 3;

    private final SizedPool pool = TestMemory.builder().build();
    private final RootAllocator root = CenoteAllocation.over(pool).rootAllocator(Long.MAX_VALUE);

    @AfterEach
    void close() {
        root.close();
        assertThat(pool.stats().bytesInUse()).isZero();
        pool.close();
    }

    private static boolean isNull(int row) {
        return row % 11 == 3;
    }

    /** One vector of each kind, filled by row number and batch; every eleventh value is null. */
    private static List<FieldVector> vectors(BufferAllocator allocator) {
        List<FieldVector> vectors = new ArrayList<>(List.of(new BitVector("bit", allocator), new TinyIntVector("int8", allocator),
            new SmallIntVector("int16", allocator), new IntVector("int32", allocator), new BigIntVector("int64", allocator),
            new UInt1Vector("uint8", allocator), new UInt2Vector("uint16", allocator), new UInt4Vector("uint32", allocator),
            new UInt8Vector("uint64", allocator), new Float4Vector("float", allocator), new Float8Vector("double", allocator),
            new VarCharVector("text", allocator), new LargeVarCharVector("longtext", allocator),
            new VarBinaryVector("bytes", allocator), new FixedSizeBinaryVector("fixed", allocator, 24),
            new DecimalVector("decimal", allocator, 20, 4), new DateDayVector("day", allocator),
            new DateMilliVector("date", allocator), new TimeMicroVector("time", allocator),
            new TimeStampNanoVector("stamp", allocator),
            new DurationVector("duration", FieldType.nullable(new ArrowType.Duration(TimeUnit.MILLISECOND)), allocator)));
        vectors.add(ListVector.empty("list", allocator));
        vectors.add(StructVector.empty("struct", allocator));
        assertThat(vectors.get(17).getField().getType()).isEqualTo(new ArrowType.Date(DateUnit.MILLISECOND));
        return vectors;
    }

    private static byte[] text(int row, int batch) {
        return ("row " + row + " of batch " + batch + " \u00e9".repeat(row % 5)).getBytes(StandardCharsets.UTF_8);
    }

    private static void fill(FieldVector vector, int batch) {
        vector.reset();
        if (vector instanceof ListVector list) {
            fillList(list, batch);
            return;
        }
        if (vector instanceof StructVector struct) {
            fillStruct(struct, batch);
            return;
        }
        vector.allocateNew();
        for (int row = 0; row < ROWS; row++) {
            if (isNull(row)) {
                vector.setNull(row);
            } else {
                set(vector, row, batch);
            }
        }
        vector.setValueCount(ROWS);
    }

    private static void set(FieldVector vector, int row, int batch) {
        int value = row * 31 + batch;
        if (vector instanceof BitVector v) {
            v.setSafe(row, value & 1);
        } else if (vector instanceof TinyIntVector v) {
            v.setSafe(row, value);
        } else if (vector instanceof SmallIntVector v) {
            v.setSafe(row, value);
        } else if (vector instanceof IntVector v) {
            v.setSafe(row, value);
        } else if (vector instanceof BigIntVector v) {
            v.setSafe(row, value * 1_000_000_007L);
        } else if (vector instanceof UInt1Vector v) {
            v.setSafe(row, value);
        } else if (vector instanceof UInt2Vector v) {
            v.setSafe(row, value);
        } else if (vector instanceof UInt4Vector v) {
            v.setSafe(row, value);
        } else if (vector instanceof UInt8Vector v) {
            v.setSafe(row, value);
        } else if (vector instanceof Float4Vector v) {
            v.setSafe(row, value / 3f);
        } else if (vector instanceof Float8Vector v) {
            v.setSafe(row, value / 3.0);
        } else if (vector instanceof VarCharVector v) {
            v.setSafe(row, text(row, batch));
        } else if (vector instanceof LargeVarCharVector v) {
            v.setSafe(row, text(row, batch));
        } else if (vector instanceof VarBinaryVector v) {
            v.setSafe(row, text(row, batch));
        } else if (vector instanceof FixedSizeBinaryVector v) {
            v.setSafe(row, java.util.Arrays.copyOf(text(row, batch), 24));
        } else if (vector instanceof DecimalVector v) {
            v.setSafe(row, java.math.BigDecimal.valueOf(value, 4));
        } else if (vector instanceof DateDayVector v) {
            v.setSafe(row, value);
        } else if (vector instanceof DateMilliVector v) {
            v.setSafe(row, value * 86_400_000L);
        } else if (vector instanceof TimeMicroVector v) {
            v.setSafe(row, value);
        } else if (vector instanceof TimeStampNanoVector v) {
            v.setSafe(row, value * 1_000_000_007L);
        } else if (vector instanceof DurationVector v) {
            v.setSafe(row, (long) value);
        } else {
            throw new AssertionError("no values for " + vector.getClass());
        }
    }

    private static void fillList(ListVector list, int batch) {
        UnionListWriter writer = list.getWriter();
        writer.allocate();
        for (int row = 0; row < ROWS; row++) {
            writer.setPosition(row);
            if (isNull(row)) {
                writer.writeNull();
                continue;
            }
            writer.startList();
            for (int i = 0; i < row % 4; i++) {
                writer.writeInt(row * 31 + batch + i);
            }
            writer.endList();
        }
        writer.setValueCount(ROWS);
    }

    private static void fillStruct(StructVector struct, int batch) {
        IntVector number = struct.addOrGet("number", FieldType.nullable(new ArrowType.Int(32, true)), IntVector.class);
        VarCharVector name = struct.addOrGet("name", FieldType.nullable(new ArrowType.Utf8()), VarCharVector.class);
        struct.allocateNew();
        for (int row = 0; row < ROWS; row++) {
            if (isNull(row)) {
                struct.setNull(row);
            } else {
                struct.setIndexDefined(row);
                number.setSafe(row, row * 31 + batch);
                name.setSafe(row, text(row, batch));
            }
        }
        number.setValueCount(ROWS);
        name.setValueCount(ROWS);
        struct.setValueCount(ROWS);
    }

    private static List<List<String>> told(VectorSchemaRoot table) {
        List<List<String>> columns = new ArrayList<>();
        for (FieldVector vector : table.getFieldVectors()) {
            List<String> column = new ArrayList<>();
            for (int row = 0; row < table.getRowCount(); row++) {
                Object value = vector.getObject(row);
                column.add(value instanceof byte[] bytes ? java.util.HexFormat.of().formatHex(bytes) : String.valueOf(value));
            }
            columns.add(column);
        }
        return columns;
    }

    private List<List<List<String>>> write(ArrowWriter writer, VectorSchemaRoot table) throws IOException {
        List<List<List<String>>> batches = new ArrayList<>();
        writer.start();
        for (int batch = 0; batch < BATCHES; batch++) {
            for (FieldVector vector : table.getFieldVectors()) {
                fill(vector, batch);
            }
            table.setRowCount(ROWS);
            batches.add(told(table));
            writer.writeBatch();
        }
        writer.end();
        return batches;
    }

    private static void reads(ArrowReader reader, List<List<List<String>>> expected) throws IOException {
        int batch = 0;
        while (reader.loadNextBatch()) {
            VectorSchemaRoot table = reader.getVectorSchemaRoot();
            assertThat(table.getRowCount()).isEqualTo(ROWS);
            assertThat(told(table)).isEqualTo(expected.get(batch++));
        }
        assertThat(batch).isEqualTo(BATCHES);
    }

    private static void isWorthIt(List<List<List<String>>> batches) {
        for (List<String> column : batches.get(0)) {
            assertThat(column.stream().filter(Objects::nonNull).distinct().count()).isGreaterThan(1);
            assertThat(column.get(3)).isEqualTo("null");
            assertThat(column.get(4)).isNotEqualTo("null");
        }
        assertThat(batches.get(0)).isNotEqualTo(batches.get(1));
    }

    @Test
    void stream_readsBackWhatWasWritten() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<List<List<String>>> written;
        try (BufferAllocator allocator = root.newChildAllocator("writer", 0, Long.MAX_VALUE);
                VectorSchemaRoot table = new VectorSchemaRoot(vectors(allocator));
                ArrowStreamWriter writer = new ArrowStreamWriter(withFields(table), null, Channels.newChannel(out))) {
            written = write(writer, table);
            isWorthIt(written);
            assertThat(pool.stats().bytesInUse()).isGreaterThanOrEqualTo(allocator.getAllocatedMemory());
        }
        try (BufferAllocator allocator = root.newChildAllocator("reader", 0, Long.MAX_VALUE);
                ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(out.toByteArray()), allocator)) {
            reads(reader, written);
            assertThat(pool.stats().bytesInUse()).isPositive();
        }
    }

    @Test
    void file_readsBackWhatWasWritten(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("table.arrow");
        List<List<List<String>>> written;
        try (VectorSchemaRoot table = new VectorSchemaRoot(vectors(root));
                FileChannel out = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                ArrowFileWriter writer = new ArrowFileWriter(withFields(table), null, out)) {
            written = write(writer, table);
        }
        try (FileChannel in = FileChannel.open(path, StandardOpenOption.READ);
                ArrowFileReader reader = new ArrowFileReader(in, root)) {
            assertThat(reader.getRecordBlocks()).hasSize(BATCHES);
            reads(reader, written);
        }
    }

    /** The children of lists and structs must be there before the schema is read. */
    private static VectorSchemaRoot withFields(VectorSchemaRoot table) {
        for (FieldVector vector : table.getFieldVectors()) {
            fill(vector, 0);
        }
        table.syncSchema();
        return table;
    }

    @Test
    void vector_growsByReallocation() {
        try (VarCharVector vector = new VarCharVector("text", root); BigIntVector numbers = new BigIntVector("n", root)) {
            vector.allocateNew(64, 4);
            numbers.allocateNew(4);
            for (int row = 0; row < 40_000; row++) {
                vector.setSafe(row, text(row, 0));
                numbers.setSafe(row, row);
            }
            vector.setValueCount(40_000);
            numbers.setValueCount(40_000);
            for (int row = 0; row < 40_000; row += 997) {
                assertThat(vector.get(row)).isEqualTo(text(row, 0));
                assertThat(numbers.get(row)).isEqualTo(row);
            }
            assertThat(root.getAllocatedMemory()).isGreaterThan(800_000);
        }
        assertThat(root.getAllocatedMemory()).isZero();
    }

    @Test
    void transferPair_handsAVectorToAnotherAllocator() {
        try (BufferAllocator taker = root.newChildAllocator("taker", 0, Long.MAX_VALUE)) {
            IntVector given = new IntVector("n", root);
            given.allocateNew(1000);
            for (int row = 0; row < 1000; row++) {
                given.set(row, row);
            }
            given.setValueCount(1000);
            IntVector taken = (IntVector) given.getTransferPair(taker).getTo();
            given.makeTransferPair(taken).transfer();
            given.close();
            assertThat(taken.get(999)).isEqualTo(999);
            assertThat(taker.getAllocatedMemory()).isEqualTo(root.getAllocatedMemory()).isPositive();
            taken.close();
        }
    }
}
