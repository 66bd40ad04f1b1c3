/** A phone that the server does not know keeps nothing of a pass. */
indexedDB.deleteDatabase("pass")
