namespace CheckpointOperator.ControlPlane.Tests.Faults;

/// <summary>Ends every watch after its first bytes, in the middle of a line as often as not.</summary>
public sealed class CutWatches : DelegatingHandler
{
    private int _cuts;

    /// <summary>How many watches were cut.</summary>
    public int Cuts => _cuts;

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (!request.RequestUri!.Query.Contains("watch=true", StringComparison.Ordinal) || !response.IsSuccessStatusCode)
            return response;

        Stream whole = await response.Content.ReadAsStreamAsync(cancellationToken);
        response.Content = new StreamContent(new CutStream(whole, Interlocked.Increment(ref _cuts)));
        return response;
    }

    /// <summary>Gives a few bytes more with each watch, so that in the end one event comes through.</summary>
    private sealed class CutStream(Stream whole, int number) : Stream
    {
        private int _rest = 512 * number;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_rest == 0)
                throw new IOException("The connection was cut.");
            int read = await whole.ReadAsync(buffer[..Math.Min(buffer.Length, _rest)], cancellationToken);
            _rest -= read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                whole.Dispose();
            base.Dispose(disposing);
        }
    }
}
