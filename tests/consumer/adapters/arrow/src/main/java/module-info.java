/** A user's module; on the class path nobody reads this. */
module dev.cenote.consumer.arrow {
    requires dev.cenote.arrow.standard;
}
