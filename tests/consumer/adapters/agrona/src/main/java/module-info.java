/** A user's module; on the class path nobody reads this. */
module dev.cenote.consumer.agrona {
    requires dev.cenote.agrona;
}
