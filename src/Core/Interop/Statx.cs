using System.Runtime.InteropServices;

namespace CheckpointOperator.Core.Interop;

/// <summary><c>struct statx</c> of linux/stat.h, laid out the same on every architecture.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal struct Statx
{
    internal uint Mask;
    internal uint BlockSize;
    internal ulong Attributes;
    internal uint LinkCount;
    internal uint UserId;
    internal uint GroupId;
    internal ushort Mode;
    private readonly ushort _reserved;
    internal ulong Inode;
    internal ulong Size;
    internal ulong Blocks;
    internal ulong AttributesMask;
    internal StatxTimestamp AccessTime;
    internal StatxTimestamp BirthTime;
    internal StatxTimestamp ChangeTime;
    internal StatxTimestamp ModificationTime;
    internal uint DeviceTypeMajor;
    internal uint DeviceTypeMinor;
    internal uint DeviceMajor;
    internal uint DeviceMinor;
    internal ulong MountId;
}
