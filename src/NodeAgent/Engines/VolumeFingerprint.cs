using System.Buffers.Binary;
using System.Security.Cryptography;

using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>A digest of a folder's names, kinds, sizes and times: the same twice means that nobody wrote in between.</summary>
internal static class VolumeFingerprint
{
    /// <summary>Takes it; null where the folder changes under the reader.</summary>
    /// <param name="folder">The folder.</param>
    public static string? Of(RootDirectory folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> facts = stackalloc byte[40];
        var left = new Stack<RelativePath>([RelativePath.Root]);
        try
        {
            while (left.TryPop(out RelativePath path))
            {
                foreach (DirectoryEntry entry in folder.List(path))
                {
                    if (folder.Stat(entry.Path) is not { } status)
                        return null;
                    BinaryPrimitives.WriteUInt64LittleEndian(facts, status.Inode);
                    BinaryPrimitives.WriteInt64LittleEndian(facts[8..], status.Size);
                    BinaryPrimitives.WriteInt64LittleEndian(facts[16..], status.Modified.Seconds);
                    BinaryPrimitives.WriteInt64LittleEndian(facts[24..], status.Modified.Nanoseconds);
                    BinaryPrimitives.WriteInt64LittleEndian(facts[32..], ((long)status.Type << 32) | (uint)status.Mode);
                    hash.AppendData(entry.Path.Bytes);
                    hash.AppendData(facts);
                    if (status.Type == FileType.Directory)
                        left.Push(entry.Path);
                }
            }
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (FileSystemException gone) when (gone.IsNotFound)
        {
            return null;
        }
    }
}
