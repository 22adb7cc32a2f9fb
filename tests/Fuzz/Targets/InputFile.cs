using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>A file in memory without a name, for what reads archives from files: one for all inputs.</summary>
internal static class InputFile
{
    private static readonly SafeFileHandle File = Create();

    /// <summary>The file with another content.</summary>
    internal static SafeFileHandle With(ReadOnlySpan<byte> content)
    {
        RandomAccess.SetLength(File, 0);
        RandomAccess.Write(File, content, 0);
        return File;
    }

    private static SafeFileHandle Create()
    {
        var path = Path.Combine(Sandbox.Memory, $"checkpoint-operator-fuzz-{Guid.NewGuid():N}");
        var file = System.IO.File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        System.IO.File.Delete(path);
        return file;
    }
}
