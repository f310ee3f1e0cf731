/** A user's module on Java 22; on the class path nobody reads this. */
module dev.cenote.consumer.segment {
    requires dev.cenote.segment;
}
