using System.Runtime.InteropServices;

namespace CheckpointOperator.Core.Interop;

/// <summary><c>struct statx_timestamp</c> of linux/stat.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct StatxTimestamp
{
    internal long Seconds;
    internal uint Nanoseconds;
    private readonly int _reserved;
}
