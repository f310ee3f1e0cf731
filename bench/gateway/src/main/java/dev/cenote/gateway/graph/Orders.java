package dev.cenote.gateway.graph;

import dev.cenote.gateway.load.Corpus;
import dev.cenote.gateway.load.Document;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * The documents that clients send: orders, generated from a seed, in three classes that the gateway keeps for different times.
 */
public final class Orders {
    /** Answered and done. */
    public static final String QUOTE = "quote";
    /** Answered at once, then forwarded: kept until the next hop has confirmed it, to send it again if need be. Some 100 ms. */
    public static final String ORDER = "order";
    /** Kept by a session: some seconds. */
    public static final String SESSION = "session";

    private static final String[] TAGS = {QUOTE, ORDER, SESSION};
    private static final int DOCUMENTS = 1000;

    /**
     * How often each class comes and how long it is kept.
     *
     * @param order   share of documents kept for 100 to 600 ms, log-uniform
     * @param session share of those kept for 0.5 to 4 s, log-uniform
     */
    public record Mix(double order, double session) {
        public String describe() {
            return String.format(Locale.ROOT, "%.0f %% quotes, done with the answer; %.0f %% orders, kept for 100 to 600 ms; %.0f %% sessions, "
                    + "kept for 0.5 to 4 s (log-uniform)", 100 * (1 - order - session), 100 * order, 100 * session);
        }
    }

    private Orders() {
    }

    public static Corpus corpus(Mix mix, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            double draw = (i + 0.5) / DOCUMENTS; /* exact shares whatever the seed */
            String kind = draw < mix.session ? SESSION : draw < mix.session + mix.order ? ORDER : QUOTE;
            long keep = switch (kind) {
                case SESSION -> (long) (500 * Math.pow(8, random.nextDouble()));
                case ORDER -> (long) (100 * Math.pow(6, random.nextDouble()));
                default -> 0;
            };
            documents.add(new Document(kind + "-" + i, order(kind, keep, random).getBytes(StandardCharsets.US_ASCII)));
        }
        return new Corpus("generated orders", documents);
    }

    /** 12 to 44 values, 0.4 to 15 KiB. */
    private static String order(String kind, long keep, SplittableRandom random) {
        StringBuilder out = new StringBuilder(16_384);
        out.append("{\"class\":\"").append(kind).append("\",\"keepMillis\":").append(keep)
            .append(",\"id\":\"").append(hex(random)).append("\",\"customer\":{\"id\":").append(random.nextInt(1 << 20))
            .append(",\"name\":\"").append(words(random, 2)).append("\",\"tier\":\"gold\",\"token\":\"").append(hex(random)).append(hex(random))
            .append("\"},\"items\":[");
        int items = 1 + random.nextInt(8);
        for (int i = 0; i < items; i++) {
            out.append(i == 0 ? "" : ",").append("{\"sku\":\"").append(hex(random)).append("\",\"count\":").append(1 + random.nextInt(9))
                .append(",\"text\":\"").append(words(random, 20 + random.nextInt(180))).append("\"}");
        }
        return out.append("],\"note\":\"").append(words(random, random.nextInt(40))).append("\"}").toString();
    }

    private static String hex(SplittableRandom random) {
        return Long.toHexString(random.nextLong() | Long.MIN_VALUE);
    }

    private static String words(SplittableRandom random, int count) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : " ");
            for (int letters = 3 + random.nextInt(7); letters > 0; letters--) {
                out.append((char) ('a' + random.nextInt(26)));
            }
        }
        return out.toString();
    }

    /** The tag of a class as its document says it, quotes included, without making a string. */
    static String tag(byte[] text, int from, int to) {
        for (String tag : TAGS) {
            if (to - from == tag.length() + 2 && isAt(text, from + 1, tag)) {
                return tag;
            }
        }
        throw new IllegalArgumentException("unknown class " + new String(text, from, to - from, StandardCharsets.UTF_8));
    }

    private static boolean isAt(byte[] text, int from, String word) {
        for (int i = 0; i < word.length(); i++) {
            if (text[from + i] != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
