using System.Text;
using CheckpointOperator.Core.Criu.Protos;

namespace CheckpointOperator.Core.Criu;

/// <summary>A process's command line and environment, as bytes of its memory; null where that memory is not in the archive.</summary>
internal sealed class ProcessText
{
    // execve(2) takes no more (three quarters of _STK_LIM, fs/exec.c); prctl(2) could point at more.
    private const ulong MaxBytes = 6 << 20;

    private readonly byte[]? _arguments;
    private readonly byte[]? _environment;
    private readonly bool _isContiguous;

    private ProcessText(byte[]? arguments, byte[]? environment, bool isContiguous)
    {
        _arguments = arguments;
        _environment = environment;
        _isContiguous = isContiguous;
    }

    internal static ProcessText Read(string name, MmEntry mm, PageMap map, PagesStream? pages, ArchiveImages images)
    {
        var arguments = Range(mm.MmArgStart, mm.MmArgEnd);
        var environment = Range(mm.MmEnvStart, mm.MmEnvEnd);
        images.Spend(arguments.Bytes.Length + environment.Bytes.Length, name);
        MemoryRange.Fill([arguments, environment], map, pages);
        return new ProcessText(
            arguments.IsComplete ? arguments.Bytes : null, environment.IsComplete ? environment.Bytes : null, mm.MmEnvStart == mm.MmArgEnd);

        // As the kernel: an end before the start is an empty text.
        MemoryRange Range(ulong start, ulong end) => new(start, end <= start
            ? 0
            : end - start <= MaxBytes ? (int)(end - start) : throw ImageFile.Refuse(name, $"a command line or environment has {end - start} bytes, Linux takes {MaxBytes}"));
    }

    /// <summary>The arguments as /proc/PID/cmdline has them.</summary>
    internal IReadOnlyList<string>? Arguments()
    {
        if (_arguments is null || _arguments.Length == 0 || _arguments[^1] == 0)
            return _arguments is null ? null : Split(_arguments);
        // The process wrote a title over them, on into the environment: get_mm_proctitle() in fs/proc/base.c.
        byte[] title = _isContiguous && _environment is not null ? [.. _arguments, .. _environment] : _arguments;
        return [Text(title.AsSpan().IndexOf((byte)0) is var end and >= 0 ? title.AsSpan(0, end) : title)];
    }

    /// <summary>The environment as /proc/PID/environ has it.</summary>
    internal IReadOnlyList<string>? Environment() => _environment is null ? null : Split(_environment);

    private static List<string> Split(ReadOnlySpan<byte> bytes)
    {
        var texts = new List<string>();
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)0);
            texts.Add(Text(end < 0 ? bytes : bytes[..end]));
            bytes = end < 0 ? [] : bytes[(end + 1)..];
        }

        return texts;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
