using System.Runtime.InteropServices;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives;

/// <summary>
/// Writes a checkpoint archive, a plain tar, straight into its file: archives inside it are written in place and their size is put into
/// their header afterwards, so that nothing is written twice.
/// </summary>
public sealed class CheckpointArchiveWriter : IDisposable
{
    private const int BufferSize = 128 * 1024;

    // What the kernel copies at once: so far the digest is behind, and so late a cancellation is seen.
    private const int CopySize = 8 * 1024 * 1024;

    // Below this a system call of its own saves nothing.
    private const int MinKernelCopy = 64 * 1024;

    private readonly HandleStream _file;
    private readonly BufferedStream _output;
    private readonly TarWriter _writer;
    private NestedFileStream? _nested;
    private FileDigest? _digest;
    private bool _completed;

    /// <summary>Starts an archive at the beginning of an open, empty file. The handle stays the caller's.</summary>
    public CheckpointArchiveWriter(SafeFileHandle output)
    {
        ArgumentNullException.ThrowIfNull(output);
        // The sizes of nested archives are put into their headers when these are written; a pipe has passed them on by then.
        if (Libc.lseek(output, 0, Libc.SEEK_CUR) < 0)
            throw new ArgumentException("the archive has to be a file that can seek, because sizes are written into it afterwards; write a file and copy that", nameof(output));
        // A longer file of before would leave its tail behind the archive's end.
        if (RandomAccess.GetLength(output) != 0)
            throw new ArgumentException("the file has to be empty", nameof(output));
        _file = new HandleStream(output, writable: true);
        _output = new BufferedStream(_file, BufferSize);
        _writer = new TarWriter(_output) { CopyFile = CopyFile };
    }

    /// <summary>The SHA-256 of the whole archive, <c>sha256:</c> and 64 hexadecimal digits: once it is complete, where <see cref="StartDigest"/> was called.</summary>
    public string? Digest { get; private set; }

    /// <summary>
    /// Whether what the kernel copied is sent to the disk at once, beside the copying of the rest: for who wants the archive on disk when it is complete, whose <c>fsync</c> finds little left to do then.
    /// Defaults to false.
    /// </summary>
    public bool WritesBack { get; init; }

    /// <summary>
    /// From now on the archive is hashed beside its writing, by a thread that reads what was written out of the page cache. What stands there already is
    /// taken up: not before this is called is anything read, such as while a container waits for the writing to end.
    /// </summary>
    public void StartDigest()
    {
        RefuseNested();
        _output.Flush();
        _digest ??= new FileDigest(_file.Handle);
        _digest.Advance(_file.Position);
    }

    /// <summary>Adds a file, mode 0600, from bytes.</summary>
    public void AddBytes(string name, ReadOnlySpan<byte> content)
    {
        RefuseNested();
        _writer.WriteBytes(Entry(name, TarEntryType.Regular, 0x180), content);
    }

    /// <summary>Adds a file, mode 0600, from an open one, as long as it is now.</summary>
    public void AddFile(string name, SafeFileHandle content, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        RefuseNested();
        var entry = Entry(name, TarEntryType.Regular, 0x180);
        entry.Size = RandomAccess.GetLength(content);
        _writer.WriteFile(entry, content, cancellationToken);
    }

    /// <summary>Adds a directory, mode 0700.</summary>
    public void AddDirectory(string name)
    {
        RefuseNested();
        _writer.WriteHeader(Entry(name, TarEntryType.Directory, 0x1C0));
    }

    /// <summary>Adds a directory with the regular files and directories in it, such as CRIU's images. Anything else in it is an error.</summary>
    public void AddTree(string name, RootDirectory directory, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(directory);
        AddDirectory(name);
        foreach (var child in directory.List())
        {
            var childName = $"{name}/{child.Path}";
            switch (directory.Stat(child.Path)?.Type)
            {
                case FileType.Regular:
                    using (var file = directory.OpenFileNoFollow(child.Path))
                        AddFile(childName, file, cancellationToken);
                    break;
                case FileType.Directory:
                    using (var below = directory.OpenDirectory(child.Path))
                        AddTree(childName, below, cancellationToken);
                    break;
                case var type:
                    throw new IOException($"'{directory.Describe(child.Path)}' is {type}; a checkpoint archive holds files and directories");
            }
        }
    }

    /// <summary>Starts a file whose length is not known yet. It ends when the stream is disposed; until then nothing else may be added.</summary>
    public Stream BeginNested(string name)
    {
        RefuseNested();
        var header = _writer.WriteHeader(Entry(name, TarEntryType.Regular, 0x180)).ToArray();
        _output.Flush();
        return _nested = new NestedFileStream(this, header, _file.Position - header.Length);
    }

    /// <summary>Writes the end of the archive. Without it the archive is refused as truncated.</summary>
    /// <returns>The archive's length.</returns>
    public long Complete()
    {
        RefuseNested();
        _writer.Complete();
        return End();
    }

    /// <summary>
    /// Ends the archive with all of another one, a plain tar, as it is: its entries follow those that were added, and its end is this one's.
    /// </summary>
    /// <param name="archive">The other archive, from its beginning.</param>
    /// <param name="cancellationToken">Ends the copy.</param>
    /// <returns>The archive's length.</returns>
    public long CompleteWith(SafeFileHandle archive, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        RefuseNested();
        var length = RandomAccess.GetLength(archive);
        byte[] buffer = new byte[BufferSize];
        var position = CopyFile(archive, 0, length, cancellationToken);
        for (int count; (count = RandomAccess.Read(archive, buffer, position)) > 0; position += count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _output.Write(buffer.AsSpan(0, count));
        }

        return End();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Not flushed on the way of a failure: nothing may look finished that is not.
        if (_completed)
            _output.Dispose();
        _digest?.Dispose();
    }

    private static TarEntry Entry(string name, TarEntryType type, uint mode) => new()
    {
        Path = RelativePath.Parse(name),
        Type = type,
        Mode = mode,
        Modified = new UnixTime(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 0),
    };

    private long End()
    {
        _completed = true;
        _output.Flush();
        Digest = _digest?.Complete(_file.Position);
        return _file.Position;
    }

    // Bytes that the kernel copied, without their coming up here; what it cannot copy (EXDEV, EINVAL, …) is the caller's to read and write.
    private long CopyFile(SafeFileHandle content, long offset, long length, CancellationToken cancellationToken)
    {
        // The size of a nested file is counted as it is written.
        if (_nested is not null || length < MinKernelCopy)
            return 0;
        _output.Flush();
        long copied = 0;
        while (copied < length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (from, to) = (offset + copied, _file.Position);
            var count = Libc.copy_file_range(content, ref from, _file.Handle, ref to, (nuint)Math.Min(length - copied, CopySize), 0);
            if (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
                continue;
            if (count <= 0)
                break;
            // Nobody waits for it, and what it cannot do the fsync does or tells.
            if (WritesBack)
                _ = Libc.sync_file_range(_file.Handle, to - count, count, Libc.SYNC_FILE_RANGE_WRITE);
            copied += count;
            _file.Position += count;
            _digest?.Advance(_file.Position);
        }

        return copied;
    }

    private void RefuseNested()
    {
        if (_nested is not null)
            throw new InvalidOperationException("the nested file has to be ended first, by disposing its stream");
        ObjectDisposedException.ThrowIf(_completed, this);
    }

    private void EndNested(byte[] header, long headerPosition, long length)
    {
        _writer.Pad(length);
        _output.Flush();
        TarHeader.PatchSize(header, length);
        RandomAccess.Write(_file.Handle, header, headerPosition);
        _nested = null;
        _digest?.Advance(_file.Position);
    }

    private sealed class NestedFileStream(CheckpointArchiveWriter owner, byte[] header, long headerPosition) : Stream
    {
        private long _length;
        private bool _ended;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => !_ended;

        public override long Length => _length;

        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            ObjectDisposedException.ThrowIf(_ended, this);
            owner._output.Write(buffer);
            _length += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => owner._output.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_ended)
            {
                _ended = true;
                owner.EndNested(header, headerPosition, _length);
            }

            base.Dispose(disposing);
        }
    }
}
