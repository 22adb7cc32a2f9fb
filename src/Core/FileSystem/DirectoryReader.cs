using System.Buffers;
using System.Buffers.Binary;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.FileSystem;

/// <summary>Reads the names of an open directory (getdents64).</summary>
internal static class DirectoryReader
{
    // struct linux_dirent64: d_ino (8), d_off (8), d_reclen (2), d_type (1), d_name.
    private const int RecordLengthOffset = 16;
    private const int TypeOffset = 18;
    private const int NameOffset = 19;

    private const int BufferSize = 32 * 1024;

    /// <summary>All names, each with a NUL at its end, without <c>.</c> and <c>..</c>.</summary>
    internal static List<(byte[] Name, FileType Type)> Read(SafeFileHandle directory, EntryName display)
    {
        var entries = new List<(byte[], FileType)>();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int length;
            while ((length = (int)Libc.getdents64(directory, buffer, BufferSize)) > 0)
            {
                for (var rest = buffer.AsSpan(0, length); !rest.IsEmpty; rest = rest[BinaryPrimitives.ReadUInt16LittleEndian(rest[RecordLengthOffset..])..])
                {
                    var name = rest[NameOffset..];
                    name = name[..(name.IndexOf((byte)0) + 1)];
                    if (!name.SequenceEqual(".\0"u8) && !name.SequenceEqual("..\0"u8))
                        entries.Add((name.ToArray(), TypeOf(rest[TypeOffset])));
                }
            }

            return length == 0 ? entries : throw FileSystemException.FromLastError("list", display.ToString());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // DT_* of dirent.h.
    private static FileType TypeOf(byte type) => type switch
    {
        1 => FileType.Fifo,
        2 => FileType.CharacterDevice,
        4 => FileType.Directory,
        6 => FileType.BlockDevice,
        8 => FileType.Regular,
        10 => FileType.SymbolicLink,
        12 => FileType.Socket,
        _ => FileType.Unknown,
    };
}
