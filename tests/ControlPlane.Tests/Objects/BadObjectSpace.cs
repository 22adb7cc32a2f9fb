namespace CheckpointOperator.ControlPlane.Tests.Objects;

/// <summary>A namespace with an operator, for all bad objects.</summary>
public sealed class BadObjectSpace(TestControlPlane controlPlane) : IAsyncLifetime
{
    private RunningOperator _operator = null!;

    /// <summary>The namespace.</summary>
    public TestNamespace Space { get; private set; } = null!;

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        Space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        _operator = await RunningOperator.StartAsync(Space);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _operator.DisposeAsync();
        await Space.DisposeAsync();
    }
}
