using System.Security.Cryptography;

namespace CheckpointOperator.Plugin.Pulling;

/// <summary>A file that is written under another name until all of it is there and its digest is as expected. It holds memory, so secrets: only its owner may read it.</summary>
internal sealed class ArchiveDownload : IAsyncDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _isComplete;

    /// <summary>Starts it.</summary>
    /// <param name="path">The file to be.</param>
    public ArchiveDownload(string path)
    {
        _path = path;
        _partial = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.partial");
        _file = new FileStream(_partial, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
    }

    /// <summary>How many bytes are there.</summary>
    public long Length { get; private set; }

    /// <summary>Adds bytes.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _hash.AppendData(bytes.Span);
        await _file.WriteAsync(bytes, cancellationToken);
        Length += bytes.Length;
    }

    /// <summary>Gives it its name.</summary>
    /// <param name="digest">The digest that it has to have.</param>
    /// <param name="overwrite">Whether it may take the place of a file.</param>
    /// <exception cref="CommandFailedException">It has another one.</exception>
    public void Complete(string digest, bool overwrite)
    {
        string received = $"sha256:{Convert.ToHexStringLower(_hash.GetHashAndReset())}";
        if (received != digest)
            throw new CommandFailedException($"what was received has the digest {received} where the checkpoint's status says {digest}: the archive on the node is not the one that was stored, and was not kept");
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        File.Move(_partial, _path, overwrite);
        _isComplete = true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await _file.DisposeAsync();
        if (!_isComplete)
            File.Delete(_partial);
    }
}
