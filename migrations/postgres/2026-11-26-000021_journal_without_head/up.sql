-- Size and roots of the tree follow from the entries and the nodes; nothing writes them down once more.
DROP TABLE journal_head;
