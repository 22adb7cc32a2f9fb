using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.FileSystem;

/// <summary>The open directory of an entry; the root's own handle is borrowed, any other is closed with this.</summary>
internal sealed class ParentDirectory(SafeFileHandle handle, bool owned) : IDisposable
{
    internal SafeFileHandle Handle { get; } = handle;

    public void Dispose()
    {
        if (owned)
            Handle.Dispose();
    }
}
