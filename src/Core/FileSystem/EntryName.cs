namespace CheckpointOperator.Core.FileSystem;

/// <summary>What an entry is called in a message; made into text only when there is one.</summary>
internal readonly struct EntryName
{
    private readonly RootDirectory? _root;
    private readonly RelativePath _path;
    private readonly string? _text;

    internal EntryName(RootDirectory root, RelativePath path) => (_root, _path) = (root, path);

    private EntryName(string text) => _text = text;

    /// <summary>A name that is text already.</summary>
    public static implicit operator EntryName(string text) => new(text);

    /// <inheritdoc/>
    public override string ToString() => _text ?? _root?.Describe(_path) ?? string.Empty;
}
