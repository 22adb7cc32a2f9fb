using System.Text;
using CheckpointOperator.NodeAgent.Interop;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>
/// Where results are printed, in UTF-8. <see cref="Console"/> would make the terminal ready first, with handlers of signals and a thread for them, which takes as
/// long as many a command.
/// </summary>
internal static class StandardOutput
{
    private const int Descriptor = 1;

    /// <summary>Prints a result.</summary>
    public static void WriteLine(string text)
    {
        var line = Encoding.UTF8.GetBytes($"{text}\n");
        var written = (int)Math.Max(Libc.write(Descriptor, line, (nuint)line.Length), 0);
        // The console knows what to do about a reader that is slow, or gone.
        if (written < line.Length)
            Console.OpenStandardOutput().Write(line.AsSpan(written));
    }
}
