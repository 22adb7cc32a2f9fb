namespace CheckpointOperator.Core.FileSystem;

/// <summary>A point in time as file systems keep it: seconds since 1970 (which may be negative) and nanoseconds.</summary>
/// <param name="Seconds">Seconds since 1970, rounded down.</param>
/// <param name="Nanoseconds">0 to 999,999,999, added to the seconds.</param>
public readonly record struct UnixTime(long Seconds, int Nanoseconds)
{
    /// <summary>The time in .NET's form, to 100 ns; clamped to the years 1 to 9999.</summary>
    public DateTimeOffset ToDateTimeOffset() =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(Seconds, -62135596800, 253402300799)).AddTicks(Nanoseconds / 100);
}
