using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class AheadStreamTests
{
    private const int FarBehindTheThreshold = 5 * AheadStream.Threshold;

    private readonly byte[] _content = Content(FarBehindTheThreshold);

    [Fact]
    public void What_is_read_ahead_is_what_the_stream_has()
    {
        using var ahead = new AheadStream(new MemoryStream(_content));
        var read = new byte[_content.Length];
        var random = new Random(6);
        for (var at = 0; at < read.Length;)
        {
            var wanted = Math.Min(random.Next(1, 300_000), read.Length - at);
            if (random.Next(3) == 0)
            {
                Assert.True(ahead.TrySkip(wanted));
                _content.AsSpan(at, wanted).CopyTo(read.AsSpan(at));
                at += wanted;
                continue;
            }

            var count = ahead.Read(read, at, wanted);
            Assert.NotEqual(0, count);
            at += count;
        }

        Assert.Equal(_content, read);
        Assert.Equal(0, ahead.Read(new byte[10]));
        Assert.Equal(0, ahead.Read(new byte[10]));
        Assert.False(ahead.TrySkip(1));
    }

    [Fact]
    public void More_than_there_is_cannot_be_passed_over()
    {
        using var ahead = new AheadStream(new MemoryStream(_content));
        Assert.False(ahead.TrySkip(_content.Length + 1L));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(AheadStream.Threshold + 1)]
    [InlineData((3 * AheadStream.Threshold) + 12345)]
    public void A_fault_comes_behind_all_that_was_read_before_it(int position)
    {
        using var ahead = new AheadStream(new FailingStream(_content, position));
        var read = new MemoryStream();
        var fault = Assert.Throws<InvalidDataException>(() => ahead.CopyTo(read));
        Assert.Equal("no further", fault.Message);
        Assert.Equal(_content[..position], read.ToArray());
        // It stays so.
        Assert.Throws<InvalidDataException>(() => ahead.Read(new byte[1]));
    }

    [Fact]
    public void Whoever_does_not_read_to_the_end_leaves_nothing_running()
    {
        var source = new FailingStream(_content, int.MaxValue);
        using (var ahead = new AheadStream(source))
            Assert.True(ahead.TrySkip(AheadStream.Threshold + 1));
        Assert.True(source.IsDisposed);
        Assert.True(source.Position < _content.Length, "all of it was read, though nobody wanted it");
    }

    private static byte[] Content(int length)
    {
        var content = new byte[length];
        new Random(6).NextBytes(content);
        return content;
    }

    /// <summary>Gives a few bytes at a time and fails at a position.</summary>
    private sealed class FailingStream(byte[] content, int position) : MemoryStream
    {
        public bool IsDisposed { get; private set; }

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            if (Position == position)
                throw new InvalidDataException("no further");
            var count = (int)Math.Min(Math.Min(buffer.Length, 10_000), Math.Min(content.Length, position) - Position);
            content.AsSpan((int)Position, count).CopyTo(buffer);
            Position += count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
