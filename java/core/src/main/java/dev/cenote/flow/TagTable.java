package dev.cenote.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The tags of one pool, interned by name, at most so many; what is over that is the default tag.
 * <p>A look-up is a few plain loads: a string keeps its hash, and the same literal is the same object. A tag is immutable
 * where its name is compared, so a stale table only misses, and the slow path looks again under a lock. Tags that had
 * nothing new for {@link #FORGET_PERIODS} are forgotten, so that the table follows the program.
 */
final class TagTable {

    /** Two minutes of the scheduler's usual period. */
    static final int FORGET_PERIODS = 240;

    private final int maximum;
    private final int generations;
    private final Tag defaultTag;
    private final LongAdder unlearned = new LongAdder();
    /** By hash, open addressing; at most half full; a table with fewer tags replaces it. */
    private @Nullable Tag[] slots;
    /** By index; written under the lock, before the tag is in slots. Elements change plainly: see {@link #at}. */
    private final Tag[] byIndex;
    private int count = 1;
    /** By index, {@link TagTimes#TAGS} at a time; made before the first tag of them is published. */
    private final @Nullable TagTimes[] times;
    private final News news;
    /** No tag is to be forgotten before this period. The scheduler's. */
    private int forgetPeriod;

    /** @param period the running one */
    TagTable(int maximum, int generations, int period) {
        this.maximum = maximum;
        this.generations = generations;
        this.news = new News(maximum + 1);
        this.forgetPeriod = period + FORGET_PERIODS;
        this.times = new TagTimes[maximum / TagTimes.TAGS + 1];
        this.defaultTag = new Tag("default", Tag.DEFAULT, times(Tag.DEFAULT), news);
        this.byIndex = new Tag[maximum + 1];
        java.util.Arrays.fill(byIndex, defaultTag);
        this.slots = new Tag[Integer.highestOneBit(Math.max(8, 4 * maximum))];
    }

    Tag defaultTag() {
        return defaultTag;
    }

    /** The tag of an index; one that was forgotten, and none yet, is the default. */
    Tag at(int index) {
        return byIndex[Math.max(index, Tag.DEFAULT)];
    }

    /** The tag of a word, learned if there is room, else the default. */
    Tag find(String name, int period) {
        @Nullable Tag[] seen = slots;
        for (int i = name.hashCode();; i++) {
            Tag tag = seen[i & (seen.length - 1)];
            if (tag == null) {
                return count > maximum ? unlearned() : learn(name, period);
            }
            if (tag.name() == name || tag.name().equals(name)) { /* identity first: mostly the same literal */
                return tag;
            }
        }
    }

    private TagTimes times(int index) {
        TagTimes of = times[index / TagTimes.TAGS];
        if (of == null) {
            of = new TagTimes(generations);
            times[index / TagTimes.TAGS] = of;
        }
        return of;
    }

    private Tag unlearned() {
        unlearned.increment();
        return defaultTag;
    }

    private synchronized Tag learn(String name, int period) {
        if (name.equals(defaultTag.name())) {
            return defaultTag;
        }
        int at = name.hashCode() & (slots.length - 1);
        for (Tag tag; (tag = slots[at]) != null; at = (at + 1) & (slots.length - 1)) {
            if (tag.name().equals(name)) {
                return tag;
            }
        }
        for (int index = 1; index <= maximum; index++) {
            if (byIndex[index] == defaultTag) {
                TagTimes of = times(index);
                of.begin(index % TagTimes.TAGS, period);
                Tag made = new Tag(name, index, of, news);
                byIndex[index] = made;
                slots[at] = made;
                count++;
                return made;
            }
        }
        return unlearned();
    }

    News news() {
        return news;
    }

    /** Adds the classes that may have to move to a sample; looks at no others. */
    void takeMarked(FlowSample into) {
        if (news.takeStirred(News.CLASS) == 0) {
            return;
        }
        Marks marks = news.marks();
        for (int word = 0; word < marks.words(); word++) {
            for (long left = marks.take(word); left != 0; left &= left - 1) {
                int index = word * Long.SIZE + Long.numberOfTrailingZeros(left);
                TagTimes of = times[index / TagTimes.TAGS];
                if (of != null && isKnown(index)) { /* else somebody still had the tag in his hands */
                    into.add(index, of);
                }
            }
        }
    }

    /** From now on classes beyond these bounds are marked, and once all that are beyond them already. */
    void setBounds(Bounds bounds, int period) {
        news.setBounds(bounds); /* first: who adds after the look below compares with these */
        for (int index = 0; index < byIndex.length; index++) {
            TagTimes of = times[index / TagTimes.TAGS];
            if (of != null && isKnown(index) && of.mayMove(index % TagTimes.TAGS, PoolFlow.pane(period), bounds)) {
                news.mark(index);
            }
        }
    }

    private boolean isKnown(int index) {
        return index == Tag.DEFAULT || byIndex[index] != defaultTag;
    }

    /** Forgets tags that had nothing new for long; returns them. Looks at all of them only when one may be due. */
    List<Tag> forget(int period) {
        return period < forgetPeriod ? List.of() : forgetNow(period);
    }

    private synchronized List<Tag> forgetNow(int period) {
        List<Tag> forgotten = new ArrayList<>();
        int oldest = period;
        for (int i = 1; i <= maximum; i++) {
            Tag tag = byIndex[i];
            if (tag != defaultTag && period - tag.times().activePeriod(tag.place()) >= FORGET_PERIODS) {
                forgotten.add(tag);
            } else if (tag != defaultTag) {
                oldest = Math.min(oldest, tag.times().activePeriod(tag.place()));
            }
        }
        forgetPeriod = oldest + FORGET_PERIODS;
        if (!forgotten.isEmpty()) {
            @Nullable Tag[] left = new Tag[slots.length];
            for (Tag tag : slots) {
                if (tag != null && !forgotten.contains(tag)) {
                    int at = tag.name().hashCode() & (left.length - 1);
                    while (left[at] != null) {
                        at = (at + 1) & (left.length - 1);
                    }
                    left[at] = tag;
                }
            }
            forgotten.forEach(tag -> byIndex[tag.index()] = defaultTag);
            slots = left;
            count -= forgotten.size();
        }
        return forgotten;
    }

    /** The default tag and all that were learned. */
    synchronized List<Tag> all() {
        List<Tag> all = new ArrayList<>();
        all.add(defaultTag);
        for (int i = 1; i <= maximum; i++) {
            if (byIndex[i] != defaultTag) {
                all.add(byIndex[i]);
            }
        }
        return all;
    }

    /** Puts whose tag was not learned, for want of room. */
    long unlearnedPuts() {
        return unlearned.sum();
    }
}
