package dev.cenote.gateway.server;

import java.util.concurrent.atomic.LongAdder;

/** What the gateway counts while it runs. Written by all its threads. */
final class Counts {
    /** Messages that were begun. */
    final LongAdder begun = new LongAdder();
    /** Messages answered with 200. */
    final LongAdder answered = new LongAdder();
    /** Body bytes of those. */
    final LongAdder bytes = new LongAdder();
    /** Messages whose memory was given back. */
    final LongAdder released = new LongAdder();
    /** Messages refused: no memory, or the downstream too far behind. */
    final LongAdder refused = new LongAdder();
    /** Messages whose bytes were not what the client sent, or changed while they were held. */
    final LongAdder corrupt = new LongAdder();
    /** Requests that were no message: wrong method, path or syntax. */
    final LongAdder malformed = new LongAdder();
}
