using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace CheckpointOperator.Core.FileSystem;

/// <summary>
/// A path below a <see cref="RootDirectory"/>: bytes as the kernel sees them, normalised (no empty or <c>.</c> component), without
/// <c>..</c> and NUL. The default value is <see cref="Root"/>, the directory itself, which no parsing ever yields.
/// </summary>
public readonly struct RelativePath : IEquatable<RelativePath>
{
    // Ends with a NUL so that it can be handed to the kernel without a copy.
    private readonly byte[]? _terminated;

    private RelativePath(byte[] terminated) => _terminated = terminated;

    /// <summary>The directory itself.</summary>
    public static RelativePath Root => default;

    /// <summary>Whether this is the directory itself.</summary>
    public bool IsRoot => _terminated is null;

    /// <summary>The path's bytes; empty for <see cref="Root"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _terminated.AsSpan(0, _terminated is null ? 0 : _terminated.Length - 1);

    /// <summary>The last component's bytes; empty for <see cref="Root"/>.</summary>
    public ReadOnlySpan<byte> NameBytes => Bytes[(Bytes.LastIndexOf((byte)'/') + 1)..];

    /// <summary>The last component; empty for <see cref="Root"/>.</summary>
    public string Name => Encoding.UTF8.GetString(NameBytes);

    /// <summary>The path without its last component.</summary>
    public RelativePath Parent
    {
        get
        {
            var slash = Bytes.LastIndexOf((byte)'/');
            return slash < 0 ? Root : new RelativePath([.. Bytes[..slash], 0]);
        }
    }

    /// <summary>Number of components.</summary>
    public int Depth => IsRoot ? 0 : Bytes.Count((byte)'/') + 1;

    /// <summary>Orders by the bytes, as <see cref="RootDirectory.List()"/> does.</summary>
    internal static IComparer<RelativePath> ByteOrder { get; } =
        Comparer<RelativePath>.Create(static (left, right) => left.Bytes.SequenceCompareTo(right.Bytes));

    /// <summary>Orders so that a folder comes before what is below it, and all that before anything else: a slash before any other byte.</summary>
    internal static int CompareByFolder(RelativePath left, RelativePath right)
    {
        var common = left.Bytes.CommonPrefixLength(right.Bytes);
        return common == left.Bytes.Length || common == right.Bytes.Length
            ? left.Bytes.Length - right.Bytes.Length
            : Rank(left.Bytes[common]) - Rank(right.Bytes[common]);

        static int Rank(byte value) => value == (byte)'/' ? 0 : value;
    }

    /// <summary>The path for the kernel, NUL at its end.</summary>
    internal ReadOnlySpan<byte> Terminated => IsRoot ? ".\0"u8 : _terminated;

    /// <summary>The last component for the kernel, NUL at its end.</summary>
    internal ReadOnlySpan<byte> TerminatedName => IsRoot ? ".\0"u8 : _terminated.AsSpan(Bytes.LastIndexOf((byte)'/') + 1);

    /// <summary>The bytes before the last slash; empty when the path has one component.</summary>
    internal ReadOnlySpan<byte> ParentBytes => Bytes.LastIndexOf((byte)'/') is var slash && slash < 0 ? [] : Bytes[..slash];

    /// <summary>Parses a path; slashes at its start are taken as the root directory's own.</summary>
    /// <exception cref="FormatException">The path is empty, names the directory itself, or holds <c>..</c> or NUL.</exception>
    public static RelativePath Parse(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Parse(Encoding.UTF8.GetBytes(path));
    }

    /// <inheritdoc cref="Parse(string)"/>
    public static RelativePath Parse(ReadOnlySpan<byte> path)
    {
        var fault = Scan(path, out var parsed);
        return fault == PathFault.None
            ? parsed
            : throw new FormatException($"path '{DisplayText.Of(path)}' {Describe(fault)}");
    }

    /// <summary>Parses a path; false where <see cref="Parse(string)"/> would throw.</summary>
    public static bool TryParse([NotNullWhen(true)] string? path, out RelativePath parsed)
    {
        parsed = default;
        return path is not null && Scan(Encoding.UTF8.GetBytes(path), out parsed) == PathFault.None;
    }

    /// <summary>The path of <paramref name="name"/>, one or more components, below this one.</summary>
    public RelativePath Append(string name) => Append(Encoding.UTF8.GetBytes(name));

    /// <inheritdoc cref="Append(string)"/>
    public RelativePath Append(ReadOnlySpan<byte> name)
    {
        var tail = Parse(name);
        return IsRoot ? tail : new RelativePath([.. Bytes, (byte)'/', .. tail.Bytes, 0]);
    }

    /// <summary>The path of a name in this directory as the kernel lists it: one component, never <c>..</c>.</summary>
    internal RelativePath Child(ReadOnlySpan<byte> name)
    {
        var start = IsRoot ? 0 : Bytes.Length + 1;
        var path = new byte[start + name.Length + 1];
        Bytes.CopyTo(path);
        if (!IsRoot)
            path[start - 1] = (byte)'/';
        name.CopyTo(path.AsSpan(start));
        return new RelativePath(path);
    }

    /// <summary>Whether this path is <paramref name="ancestor"/> or lies below it.</summary>
    public bool IsAtOrBelow(RelativePath ancestor) =>
        ancestor.IsRoot || (Bytes.StartsWith(ancestor.Bytes) && (Bytes.Length == ancestor.Bytes.Length || Bytes[ancestor.Bytes.Length] == '/'));

    /// <summary>The path as text; bytes that are not UTF-8 become U+FFFD. For messages use <see cref="Display"/>.</summary>
    public override string ToString() => IsRoot ? "." : Encoding.UTF8.GetString(Bytes);

    /// <summary>The path on one printable line.</summary>
    public string Display => DisplayText.Of(Terminated[..^1]);

    /// <inheritdoc/>
    public bool Equals(RelativePath other) => Bytes.SequenceEqual(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RelativePath other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>Whether two paths have the same bytes.</summary>
    public static bool operator ==(RelativePath left, RelativePath right) => left.Equals(right);

    /// <summary>Whether two paths differ.</summary>
    public static bool operator !=(RelativePath left, RelativePath right) => !left.Equals(right);

    /// <summary>Checks and normalises in one walk; a path of nothing but slashes and dots is <see cref="PathFault.Root"/>.</summary>
    internal static PathFault Scan(ReadOnlySpan<byte> path, out RelativePath parsed)
    {
        parsed = default;
        if (path.IsEmpty)
            return PathFault.Empty;
        if (path.Contains((byte)0))
            return PathFault.Nul;

        var normalised = new byte[path.Length + 1];
        var length = 0;
        foreach (var range in path.Split((byte)'/'))
        {
            var component = path[range];
            if (component.IsEmpty || component.SequenceEqual("."u8))
                continue;
            if (component.SequenceEqual(".."u8))
                return PathFault.Traversal;
            if (length > 0)
                normalised[length++] = (byte)'/';
            component.CopyTo(normalised.AsSpan(length));
            length += component.Length;
        }

        if (length == 0)
            return PathFault.Root;
        if (length + 1 < normalised.Length)
            normalised = normalised[..(length + 1)];
        parsed = new RelativePath(normalised);
        return PathFault.None;
    }

    private static string Describe(PathFault fault) => fault switch
    {
        PathFault.Empty => "is empty",
        PathFault.Nul => "holds a NUL",
        PathFault.Traversal => "holds '..'",
        _ => "names the directory itself",
    };
}
