extension Document {
    /// The document as an HTML fragment, rendered by libcmark from a tree that is built here.
    package var html: String { HTMLTree(blocks).html }
}
