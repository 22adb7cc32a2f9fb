using System.Globalization;

using CheckpointOperator.NodeAgent.Interop;

namespace CheckpointOperator.NodeAgent.Hosting;

/// <summary>The machine code of this program and of its libraries, as far as it was executed.</summary>
internal static class ProgramText
{
    // /proc/self/maps (proc(5)): "00401000-00d1f000 r-xp 00001000 fe:00 131 /usr/local/bin/checkpoint-agent".
    private const string ReadAndExecute = "r-xp";
    private const string NoFile = "0";

    /// <summary>
    /// Takes its pages out of this process's memory. Nobody may write to them, so nothing is lost: the kernel keeps them in its page cache as long as it has room, and
    /// maps them again when they are executed.
    /// </summary>
    public static void Release()
    {
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            if (line.Split(' ', 6) is not [{ } range, ReadAndExecute, _, _, not NoFile, ..])
                continue;
            nint[] ends = [.. range.Split('-').Select(end => nint.Parse(end, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))];
            // What the kernel does not take stays as it is.
            _ = Libc.madvise(ends[0], (nuint)(ends[1] - ends[0]), Libc.MADV_DONTNEED);
        }
    }
}
