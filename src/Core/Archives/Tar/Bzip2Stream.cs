using ICSharpCode.SharpZipLib.BZip2;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Unpacks bzip2, also when it is of several parts one after the other, as parallel compressors write it.</summary>
internal sealed class Bzip2Stream(Stream packed) : ReadOnlyStream
{
    private readonly ByteSource _source = new(packed);
    private BZip2InputStream? _part;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        // An array of our own: SharpZipLib's stream knows no spans.
        var part = System.Buffers.ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length, 64 * 1024));
        try
        {
            while (!_source.IsAtEnd || _part is not null)
            {
                // It reads the part's header already when it is made.
                _part ??= new BZip2InputStream(_source) { IsStreamOwner = false };
                var count = _part.Read(part, 0, Math.Min(buffer.Length, part.Length));
                if (count > 0)
                {
                    part.AsSpan(0, count).CopyTo(buffer);
                    return count;
                }

                _part = null;
            }

            return 0;
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(part);
        }
    }

    /// <summary>Gives single bytes, which is how SharpZipLib reads, and knows whether there are more.</summary>
    private sealed class ByteSource(Stream source) : ReadOnlyStream
    {
        private readonly byte[] _buffer = new byte[64 * 1024];
        private int _next;
        private int _end;

        internal bool IsAtEnd => !HasMore();

        public override int ReadByte() => HasMore() ? _buffer[_next++] : -1;

        public override int Read(Span<byte> buffer)
        {
            if (!HasMore())
                return 0;
            var count = Math.Min(buffer.Length, _end - _next);
            _buffer.AsSpan(_next, count).CopyTo(buffer);
            _next += count;
            return count;
        }

        private bool HasMore()
        {
            if (_next < _end)
                return true;
            _next = 0;
            _end = source.Read(_buffer.AsSpan());
            return _end > 0;
        }
    }
}
