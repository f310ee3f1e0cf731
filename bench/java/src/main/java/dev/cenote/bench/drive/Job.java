package dev.cenote.bench.drive;

import dev.cenote.bench.peer.PeerKind;

/** One JVM to start: a scenario with a peer and a block size. */
record Job(Scenario scenario, PeerKind peer, int bytes, Jdk jdk) {

    /** What {@code --only} is matched against. */
    String label() {
        return scenario.label() + "/" + peer.label() + "/" + bytes + "/" + jdk.feature();
    }
}
