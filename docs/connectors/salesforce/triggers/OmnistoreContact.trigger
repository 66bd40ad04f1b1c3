trigger OmnistoreContact on Contact (after update, after delete) {
    OmnistoreChanges.tell(
        Trigger.isDelete
            ? OmnistoreChanges.ofDeleted(Trigger.old)
            : OmnistoreChanges.ofUpdated(Trigger.new, Trigger.oldMap)
    );
}
