namespace CheckpointOperator.Plugin.Output;

/// <summary>One line on standard error that is drawn anew while something is waited for, and gone at the end. Where standard error is no terminal nothing is written.</summary>
internal sealed class ProgressBar : IDisposable
{
    private const int Cells = 24;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly Timer? _timer;
    private double _done;
    private string _text = string.Empty;
    private bool _isOver;

    /// <summary>Starts to draw.</summary>
    public ProgressBar() => _timer = Terminal.HasProgress ? new Timer(_ => Draw(), null, TimeSpan.Zero, Pace) : null;

    /// <summary>How long it is there.</summary>
    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_start);

    /// <summary>Sets what is drawn.</summary>
    /// <param name="done">How much is done, from 0 to 1.</param>
    /// <param name="text">What stands beside the bar.</param>
    public void Set(double done, string text)
    {
        lock (_lock)
        {
            _done = Math.Clamp(done, 0, 1);
            _text = TerminalText.Line(text);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_timer is null)
            return;
        _timer.Dispose();
        // A drawing that is under way ends first, and none follows.
        lock (_lock)
        {
            _isOver = true;
            Console.Error.Write("\r\e[K");
        }
    }

    private void Draw()
    {
        lock (_lock)
        {
            if (_isOver)
                return;
            int filled = (int)(_done * Cells);
            string line = $"[{new string('#', filled)}{new string('.', Cells - filled)}] {Quantities.Duration(Elapsed)} {_text}";
            int width = Terminal.Width - 1;
            Console.Error.Write($"\r\e[K{(line.Length > width ? line[..width] : line)}");
        }
    }
}
