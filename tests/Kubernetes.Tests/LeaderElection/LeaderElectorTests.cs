using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.LeaderElection;
using CheckpointOperator.Kubernetes.Tests.Testing;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;

namespace CheckpointOperator.Kubernetes.Tests.LeaderElection;

public sealed class LeaderElectorTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly LeaseServer _server;
    private readonly LeaderElector _me;
    private readonly LeaderElector _other;

    public LeaderElectorTests()
    {
        _server = new LeaseServer(_time);
        _me = Elector("me");
        _other = Elector("other");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_makes_the_lease_and_the_second_waits()
    {
        Assert.True(await _me.TryHoldAsync(Cancel));
        Assert.False(await _other.TryHoldAsync(Cancel));

        Assert.Equal("me", _server.Lease!.Spec.HolderIdentity);
        Assert.Equal("test-leader", _server.Lease.Metadata.Name);
        Assert.Equal(15, _server.Lease.Spec.LeaseDurationSeconds);
        Assert.Equal("me", _other.Holder);
    }

    [Fact]
    public async Task A_lease_that_stands_still_for_its_duration_is_taken_over()
    {
        await _me.TryHoldAsync(Cancel);
        Assert.False(await _other.TryHoldAsync(Cancel));

        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.False(await _other.TryHoldAsync(Cancel));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await _other.TryHoldAsync(Cancel));
        Assert.Equal(1, _server.Lease!.Spec.LeaseTransitions);
    }

    [Fact]
    public async Task A_renewal_starts_the_wait_of_the_others_afresh_whatever_its_clock_says()
    {
        await _me.TryHoldAsync(Cancel);
        await _other.TryHoldAsync(Cancel);
        _time.Advance(TimeSpan.FromSeconds(14));
        V1Lease renewed = _server.Lease!;
        renewed.Spec.RenewTime = DateTime.UnixEpoch.AddYears(-3);
        _server.Put(renewed);

        Assert.False(await _other.TryHoldAsync(Cancel));
        _time.Advance(TimeSpan.FromSeconds(14));
        Assert.False(await _other.TryHoldAsync(Cancel));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await _other.TryHoldAsync(Cancel));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task A_lease_without_a_holder_is_taken_at_once(string? holder)
    {
        _server.Put(new V1Lease { Metadata = new V1ObjectMeta { Name = "test-leader", NamespaceProperty = "system" }, Spec = new V1LeaseSpec { HolderIdentity = holder, LeaseDurationSeconds = 3600 } });
        Assert.True(await _me.TryHoldAsync(Cancel));
        Assert.Equal("me", _server.Lease!.Spec.HolderIdentity);
    }

    [Fact]
    public async Task A_lease_without_a_spec_is_taken_at_once()
    {
        _server.Put(new V1Lease { Metadata = new V1ObjectMeta { Name = "test-leader", NamespaceProperty = "system" } });
        Assert.True(await _me.TryHoldAsync(Cancel));
    }

    [Fact]
    public async Task A_lease_that_is_given_back_is_taken_at_once()
    {
        await _me.TryHoldAsync(Cancel);
        await _other.TryHoldAsync(Cancel);
        await _me.ReleaseAsync(Cancel);

        Assert.Equal(string.Empty, _server.Lease!.Spec.HolderIdentity);
        Assert.Equal(1, _server.Lease.Spec.LeaseDurationSeconds);
        Assert.True(await _other.TryHoldAsync(Cancel));
    }

    [Fact]
    public async Task A_lease_is_given_back_also_when_the_answer_to_the_last_renewal_did_not_come()
    {
        await _me.TryHoldAsync(Cancel);
        // Written by the server, while the process that asked was told to end.
        _server.Put(_server.Copy());
        await _me.ReleaseAsync(Cancel);
        Assert.Equal(string.Empty, _server.Lease!.Spec.HolderIdentity);
    }

    [Fact]
    public async Task A_lease_that_another_took_meanwhile_is_left_to_it()
    {
        await _me.TryHoldAsync(Cancel);
        V1Lease taken = _server.Copy();
        taken.Spec.HolderIdentity = "other";
        _server.Put(taken);
        await _me.ReleaseAsync(Cancel);
        Assert.Equal("other", _server.Lease!.Spec.HolderIdentity);
    }

    [Fact]
    public async Task Only_the_holder_gives_the_lease_back()
    {
        await _me.TryHoldAsync(Cancel);
        await _other.TryHoldAsync(Cancel);
        await _other.ReleaseAsync(Cancel);
        Assert.Equal("me", _server.Lease!.Spec.HolderIdentity);
    }

    [Fact]
    public async Task A_renewal_keeps_the_time_of_the_acquisition()
    {
        await _me.TryHoldAsync(Cancel);
        DateTime? acquired = _server.Lease!.Spec.AcquireTime;
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await _me.TryHoldAsync(Cancel));

        Assert.Equal(acquired, _server.Lease.Spec.AcquireTime);
        Assert.NotEqual(acquired, _server.Lease.Spec.RenewTime);
        Assert.Equal(0, _server.Lease.Spec.LeaseTransitions);
    }

    [Fact]
    public async Task The_times_have_six_digits_behind_the_second_as_the_api_server_reads_them()
    {
        await _me.TryHoldAsync(Cancel);
        string sent = await (await _server.Api.Connection.Http.GetAsync(new Uri("http://scripted.invalid/lease"), Cancel)).Content.ReadAsStringAsync(Cancel);
        Assert.Matches("\"renewTime\":\"[-0-9]+T[:0-9]+\\.[0-9]{6}Z\"", sent);
    }

    private LeaderElector Elector(string identity) =>
        new(new ResourceClient<V1Lease>(_server.Api.Server, _time), Settings.Make(settings => settings.WithIdentity(identity)), _time);
}
