using System.Buffers;
using System.Runtime.InteropServices;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Bytes of an open file, which need no reader to be copied.</summary>
/// <param name="Handle">The file.</param>
/// <param name="Offset">Where they begin.</param>
/// <param name="Length">How many there are.</param>
internal readonly record struct FileRange(SafeFileHandle Handle, long Offset, long Length)
{
    // A copy can be ended after each of these.
    private const long MaxStep = 64L << 20;

    private const int BufferSize = 128 * 1024;

    /// <summary>Lets the kernel copy them. Where it cannot, the rest is the caller's to read and write.</summary>
    /// <returns>Bytes copied.</returns>
    internal long CopyInKernel(SafeFileHandle destination, long position, CancellationToken cancellationToken)
    {
        var from = Offset;
        while (from - Offset < Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Libc.copy_file_range(Handle, ref from, destination, ref position, (nuint)Math.Min(Length - (from - Offset), MaxStep), 0);
            if (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
                continue;
            // File systems that cannot (EXDEV, EINVAL, EOPNOTSUPP, …) are read and written; a real fault shows there again.
            if (count <= 0)
                break;
        }

        return from - Offset;
    }

    /// <summary>Copies them to the start of a file.</summary>
    /// <returns>False when the file that they are of ends before they do.</returns>
    internal bool TryCopyTo(SafeFileHandle destination, CancellationToken cancellationToken)
    {
        var copied = CopyInKernel(destination, 0, cancellationToken);
        if (copied == Length)
            return true;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (int count; copied < Length; copied += count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                count = RandomAccess.Read(Handle, buffer.AsSpan(0, (int)Math.Min(BufferSize, Length - copied)), Offset + copied);
                if (count == 0)
                    return false;
                RandomAccess.Write(destination, buffer.AsSpan(0, count), copied);
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
