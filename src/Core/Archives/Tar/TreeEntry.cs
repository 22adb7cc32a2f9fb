using CheckpointOperator.Core.FileSystem;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>An entry of a tree, looked at once. A file or directory is open: its status, attributes and content are of one and the same.</summary>
internal sealed class TreeEntry(TreeReader reader, RelativePath path, FileStatus status, SafeFileHandle? handle) : IDisposable
{
    private SafeFileHandle? _handle = handle;
    private IReadOnlyList<byte[]>? _attributeNames;

    internal RelativePath Path => path;

    internal FileStatus Status => status;

    internal FileType Type => status.Type;

    /// <summary>The path for a message.</summary>
    internal EntryName Name => new(reader.Root, path);

    /// <summary>The attributes that go into an archive.</summary>
    internal IEnumerable<TarAttribute> WrittenAttributes()
    {
        foreach (var name in AttributeNames())
        {
            if (ExtendedAttributes.IsWritten(name.AsSpan()[..^1]) && ExtendedAttributes.Get(_handle!, name, Name) is { } value)
                yield return new TarAttribute(name, value);
        }
    }

    /// <summary>An attribute's value; null when there is none of that name.</summary>
    internal byte[]? Attribute(ReadOnlySpan<byte> terminatedName)
    {
        foreach (var name in AttributeNames())
        {
            if (terminatedName.SequenceEqual(name))
                return ExtendedAttributes.Get(_handle!, name, Name);
        }

        return null;
    }

    /// <summary>What a symbolic link holds.</summary>
    internal byte[] ReadLink() => reader.ReadLink(path);

    /// <summary>The open file, which is the caller's to close from now on.</summary>
    internal SafeFileHandle TakeHandle()
    {
        var handle = _handle ?? throw new InvalidOperationException($"'{Name}' is no file");
        _handle = null;
        return handle;
    }

    public void Dispose() => _handle?.Dispose();

    // Most have none, which one call tells.
    private IReadOnlyList<byte[]> AttributeNames() => _attributeNames ??= _handle is null ? [] : ExtendedAttributes.List(_handle, Name);
}
