using System.Runtime.InteropServices;

namespace CheckpointOperator.RestoreRuntime;

/// <summary>Arguments as execve and posix_spawn take them: an array of NUL-terminated strings that ends with a null.</summary>
internal sealed unsafe class NativeArguments : IDisposable
{
    private readonly int _count;

    public NativeArguments(ReadOnlySpan<Argument> arguments)
    {
        _count = arguments.Length;
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)_count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
        {
            var bytes = arguments[i].Bytes;
            Pointer[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(Pointer[i], bytes.Length));
        }
    }

    /// <summary>The array.</summary>
    public byte** Pointer { get; }

    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
        {
            NativeMemory.Free(Pointer[i]);
        }

        NativeMemory.Free(Pointer);
    }
}
