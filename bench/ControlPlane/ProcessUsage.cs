using System.Globalization;

namespace CheckpointOperator.ControlPlane.Benchmark;

/// <summary>What a process has used, by /proc.</summary>
internal static class ProcessUsage
{
    private const double TicksPerSecond = 100;

    /// <summary>Seconds of processor time, of all its threads.</summary>
    public static double CpuSeconds(int process)
    {
        string stat = File.ReadAllText($"/proc/{process}/stat");
        // Behind the name, which may contain anything but ends with the last parenthesis.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (Parse(fields[11]) + Parse(fields[12])) / TicksPerSecond;
    }

    /// <summary>Resident bytes.</summary>
    public static long ResidentBytes(int process) => Status(process, "VmRSS:");

    /// <summary>The most resident bytes that it ever had.</summary>
    public static long PeakResidentBytes(int process) => Status(process, "VmHWM:");

    private static long Status(int process, string field) =>
        Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;

    private static long Parse(string number) => long.Parse(number, CultureInfo.InvariantCulture);
}
