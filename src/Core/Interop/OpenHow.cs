using System.Runtime.InteropServices;

namespace CheckpointOperator.Core.Interop;

/// <summary><c>struct open_how</c> of linux/openat2.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OpenHow
{
    internal ulong Flags;
    internal ulong Mode;
    internal ulong Resolve;
}
