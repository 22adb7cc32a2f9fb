using System.Security.Cryptography;
using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Archives.Images;

/// <summary>A part of an image, hashed while it is read.</summary>
internal sealed class VerifiedStream(Stream part, OciDescriptor descriptor) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _length;

    public override int Read(Span<byte> buffer)
    {
        var count = part.Read(buffer);
        _hash.AppendData(buffer[..count]);
        _length += count;
        if (_length > descriptor.Size)
            throw descriptor.Differs($"it is larger than the {descriptor.Size} bytes that are stated");
        return count;
    }

    /// <summary>Reads to the end and refuses the part when its bytes are not those that were named.</summary>
    internal void Complete(CancellationToken cancellationToken)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            while (Read(buffer.AsSpan()) > 0)
                cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }

        var digest = "sha256:" + Convert.ToHexStringLower(_hash.GetHashAndReset());
        if (_length != descriptor.Size || digest != descriptor.Digest)
            throw descriptor.Differs($"its {_length} bytes have the digest {digest}");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            part.Dispose();
        }

        base.Dispose(disposing);
    }
}
