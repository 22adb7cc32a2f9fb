using System.Security.Cryptography;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Hashes what is read through it, in order and all of it.</summary>
internal sealed class HashingStream(Stream source) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public override int Read(Span<byte> buffer)
    {
        var count = source.Read(buffer);
        _hash.AppendData(buffer[..count]);
        return count;
    }

    /// <summary>Reads the source to its end, then tells the digest of all of it.</summary>
    internal string Complete(CancellationToken cancellationToken)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(64 * 1024);
        while (Read(buffer.AsSpan()) > 0)
            cancellationToken.ThrowIfCancellationRequested();
        System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        return "sha256:" + Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
