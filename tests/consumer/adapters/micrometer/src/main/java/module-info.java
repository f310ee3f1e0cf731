/** A user's module; on the class path nobody reads this. */
module dev.cenote.consumer.micrometer {
    requires dev.cenote.micrometer;
}
