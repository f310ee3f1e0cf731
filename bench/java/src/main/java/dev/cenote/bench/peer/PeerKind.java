package dev.cenote.bench.peer;

import java.lang.reflect.Constructor;
import java.util.EnumSet;
import java.util.Set;

/** Every peer by name, with what the comparison needs to know of it. */
public enum PeerKind {
    FLOOR_PREALLOCATED("floor-preallocated", "FloorPreallocated", 17, Role.FLOOR),
    FLOOR_TLSTACK("floor-tlstack", "FloorThreadLocalStack", 17, Role.FLOOR),
    FLOOR_UNCHECKED("floor-unchecked", "FloorUnchecked", 17, Role.FLOOR, Trait.HANDLE, Trait.ONE_THREAD),
    NETTY_POOLED("netty-pooled", "NettyBuffers$Pooled", 17, Role.POOL),
    NETTY_ADAPTIVE("netty-adaptive", "NettyBuffers$Adaptive", 17, Role.POOL),
    NETTY_RECYCLER("netty-recycler", "NettyRecycler", 17, Role.POOL),
    STORMPOT("stormpot", "StormpotPool", 17, Role.POOL),
    STORMPOT_TAP("stormpot-tap", "StormpotTap", 22, Role.POOL, Trait.HANDLE),
    COMMONS_POOL2("commons-pool2", "CommonsPool", 17, Role.POOL),
    JCTOOLS_MPMC("jctools-mpmc", "JctoolsQueue$Mpmc", 17, Role.POOL, Trait.SHARED_QUEUE),
    JCTOOLS_XADD("jctools-xadd", "JctoolsQueue$Xadd", 17, Role.POOL, Trait.SHARED_QUEUE),
    TL_DEQUE("tl-deque", "ThreadLocalDeque", 17, Role.POOL),
    ALLOCATE_DIRECT("allocate-direct", "AllocateDirect", 17, Role.ALLOCATOR),
    LWJGL_JEMALLOC("lwjgl-jemalloc", "LwjglJemalloc", 17, Role.ALLOCATOR),
    FFM_MALLOC("ffm-malloc", "FfmMalloc", 22, Role.ALLOCATOR),
    FFM_CONFINED("ffm-confined", "FfmConfined", 22, Role.ALLOCATOR, Trait.ONE_THREAD),
    CENOTE_JNI("cenote-jni", "CenoteBlocks$Jni", 17, Role.CENOTE),
    CENOTE_JNI_LOCAL("cenote-jni-local", "CenoteLocalBlocks$Jni", 17, Role.CENOTE, Trait.HANDLE),
    CENOTE_JNI_RAW("cenote-jni-raw", "CenoteAddresses", 17, Role.CENOTE),
    CENOTE_JNI_BULK("cenote-jni-bulk", "CenoteBulkBlocks", 17, Role.CENOTE),
    CENOTE_JAVA("cenote-java", "CenoteBlocks$Java", 17, Role.CENOTE),
    CENOTE_JAVA_LOCAL("cenote-java-local", "CenoteLocalBlocks$Java", 17, Role.CENOTE, Trait.HANDLE),
    CENOTE_GENERATIONS("cenote-generations", "CenoteGenerations$Plain", 17, Role.CENOTE, Trait.GENERATIONS),
    CENOTE_GENERATIONS_TAGGED("cenote-generations-tag", "CenoteGenerations$Tagged", 17, Role.CENOTE, Trait.GENERATIONS),
    CENOTE_FFM("cenote-ffm", "CenoteBlocks$Ffm", 22, Role.CENOTE, Trait.BACKEND),
    CENOTE_NETTY("cenote-netty", "NettyBuffers$Cenote", 17, Role.CENOTE, Trait.BACKEND),
    CENOTE_JNI_OFF("cenote-jni-off", "CenoteLevelBlocks$Off", 17, Role.CENOTE, Trait.HANDLE, Trait.LEVEL),
    CENOTE_JNI_SAMPLED("cenote-jni-sampled", "CenoteLevelBlocks$Sampled", 17, Role.CENOTE, Trait.HANDLE, Trait.LEVEL),
    CENOTE_JNI_PARANOID("cenote-jni-paranoid", "CenoteLevelBlocks$Paranoid", 17, Role.CENOTE, Trait.HANDLE, Trait.LEVEL),
    CENOTE_JNI_TOUCHED("cenote-jni-touched", "CenoteFresh$Touched", 17, Role.CENOTE, Trait.COLD),
    CENOTE_JNI_TOUCHED_SMALL("cenote-jni-touched-4k", "CenoteFresh$TouchedSmallPages", 17, Role.CENOTE, Trait.COLD),
    CENOTE_JNI_GROWN("cenote-jni-grown", "CenoteFresh$Grown", 17, Role.CENOTE, Trait.COLD),
    CENOTE_JNI_GROWN_SMALL("cenote-jni-grown-4k", "CenoteFresh$GrownSmallPages", 17, Role.CENOTE, Trait.COLD),
    CENOTE_JAVA_GROWN("cenote-java-grown", "CenoteFresh$JavaGrown", 17, Role.CENOTE, Trait.COLD);

    /** What a peer is in a comparison. */
    public enum Role {
        /** A sketch that shows what is physically possible; nobody would use it, no ratio is taken to it as a rival. */
        FLOOR,
        /** A pool written in Java. */
        POOL,
        /** Memory from an allocator, no pool. */
        ALLOCATOR,
        /** Ours. */
        CENOTE
    }

    /** What else matters. */
    public enum Trait {
        /** Used through an explicit per-thread handle. */
        HANDLE,
        /** One queue that all threads meet at. */
        SHARED_QUEUE,
        /** What one thread took, no other may give back. */
        ONE_THREAD,
        /** Measured by {@code ci/bench backends} or {@code ci/bench netty} alone, which set it beside its like. */
        BACKEND,
        /** A pool of any objects, told apart by {@code ci/bench generations}. */
        GENERATIONS,
        /** Another level of checks than the default, for the cost of checks alone. */
        LEVEL,
        /** A set-up of ours that only the first use of memory tells apart. */
        COLD
    }

    private final String label;
    private final String className;
    private final int minimumJava;
    private final Role role;
    private final Set<Trait> traits = EnumSet.noneOf(Trait.class);

    PeerKind(String label, String className, int minimumJava, Role role, Trait... traits) {
        this.label = label;
        this.className = className;
        this.minimumJava = minimumJava;
        this.role = role;
        this.traits.addAll(Set.of(traits));
    }

    public String label() {
        return label;
    }

    /** The least Java feature version that can run it. */
    public int minimumJava() {
        return minimumJava;
    }

    public Role role() {
        return role;
    }

    public boolean has(Trait trait) {
        return traits.contains(trait);
    }

    public static PeerKind byLabel(String label) {
        for (PeerKind kind : values()) {
            if (kind.label.equals(label)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("no peer is called '" + label + "'");
    }

    /**
     * Makes the peer. By name and reflection, so that this JVM loads no other peer's class: what the JIT may assume
     * about {@link Peer} depends on it.
     */
    public Peer open(int bytes) {
        try {
            Constructor<?> constructor = Class.forName(PeerKind.class.getPackageName() + "." + className)
                    .getDeclaredConstructor(int.class);
            constructor.setAccessible(true);
            return (Peer) constructor.newInstance(bytes);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot open " + label + " with blocks of " + bytes + " bytes", e);
        }
    }
}
