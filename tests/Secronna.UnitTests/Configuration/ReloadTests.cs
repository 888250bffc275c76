using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Secronna.Client;
using Xunit;

namespace Secronna.UnitTests.Configuration;

/// <summary>Polling: what changed is taken, once, and what fails costs nothing that was there.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly Arrangement it = new();

    public ReloadTests() => it.Server.Hold(("Mail__Host", "first-value"));

    [Fact]
    public async Task An_environment_that_did_not_change_is_not_read_and_fires_nothing()
    {
        using var root = it.BuildPolling();

        await it.PollAsync();
        await it.PollAsync();
        await it.PollAsync();

        Assert.Equal([200, 304, 304], it.Server.Statuses.Take(3));
        Assert.Equal((0, "first-value"), (it.Changes, root["Mail:Host"]));
    }

    [Fact]
    public async Task A_change_is_taken_and_fires_once()
    {
        using var root = it.BuildPolling();
        it.Server.Hold(("Mail__Host", "second-value"), ("Mail__Port", "25"));

        await it.PollAsync();
        await it.NextChangeAsync();
        await it.PollAsync();
        await it.PollAsync();

        Assert.Equal(1, it.Changes);
        Assert.Equal(("second-value", "25"), (root["Mail:Host"], root["Mail:Port"]));
        Assert.DoesNotContain(it.Log, line => line.Contains("-value", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_that_is_deleted_is_gone()
    {
        using var root = it.BuildPolling();
        it.Server.Hold();

        await it.PollAsync();
        await it.NextChangeAsync();

        Assert.Empty(root.AsEnumerable());
    }

    [Fact]
    public async Task A_new_version_with_the_same_value_fires_nothing()
    {
        using var root = it.BuildPolling();
        it.Server.Hold(("Mail__Host", "first-value"));

        await it.PollAsync();
        await it.PollAsync();
        await it.PollAsync();

        Assert.Equal([200, 200, 304], it.Server.Statuses.Take(3));
        Assert.Equal(0, it.Changes);
    }

    [Fact]
    public async Task A_failed_poll_keeps_the_values_and_the_next_good_one_fires()
    {
        using var root = it.BuildPolling();
        it.Server.Hold(("Mail__Host", "second-value"));
        it.Server.IsDown = true;
        await it.PollAsync();
        it.Server.Refusal = (401, "AUTH_REQUIRED");
        it.Server.IsDown = false;
        await it.PollAsync();
        await it.PollAsync();
        Assert.Equal((0, "first-value"), (it.Changes, root["Mail:Host"]));
        Assert.InRange(Failures(), 2, 3);

        it.Server.Refusal = null;
        await it.PollAsync();
        await it.NextChangeAsync();

        Assert.Equal((1, "second-value"), (it.Changes, root["Mail:Host"]));
        Assert.DoesNotContain(it.Log, line => line.Contains("-value", StringComparison.Ordinal) || line.Contains(Arrangement.Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Secrets_that_become_one_key_keep_the_values_and_are_not_read_again_until_they_change()
    {
        using var root = it.BuildPolling();
        it.Server.Hold(("Mail__Host", "second-value"), ("MAIL__HOST", "third-value"));
        await it.PollAsync();
        await it.PollAsync();
        await it.PollAsync();
        Assert.Equal((0, "first-value"), (it.Changes, root["Mail:Host"]));
        Assert.Equal([200, 200, 304], it.Server.Statuses.Take(3));
        Assert.Throws<InvalidDataException>(root.Reload);

        it.Server.Hold(("Mail__Host", "second-value"));
        it.Server.ForgetRequests();
        await it.PollAsync();
        await it.NextChangeAsync();

        Assert.Equal("second-value", root["Mail:Host"]);
        Assert.DoesNotContain(it.Log, line => line.Contains("-value", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_optional_start_takes_the_values_when_there_is_a_server()
    {
        it.Server.IsDown = true;
        using var root = it.BuildPolling(options => options.Optional = true);
        it.Server.IsDown = false;

        await it.PollAsync();
        await it.NextChangeAsync();

        Assert.Equal((1, "first-value"), (it.Changes, root["Mail:Host"]));
    }

    [Fact]
    public async Task Options_monitors_see_the_new_value()
    {
        using var root = it.BuildPolling();
        await using var services = new ServiceCollection()
            .Configure<Mail>(root.GetSection("Mail"))
            .BuildServiceProvider();
        var monitor = services.GetRequiredService<IOptionsMonitor<Mail>>();
        var told = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = monitor.OnChange(mail => told.TrySetResult(mail.Host));
        Assert.Equal("first-value", monitor.CurrentValue.Host);
        it.Server.Hold(("Mail__Host", "second-value"));

        await it.PollAsync();

        Assert.Equal("second-value", await told.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("second-value", monitor.CurrentValue.Host);
    }

    [Fact]
    public async Task A_listener_that_fails_ends_no_polling_and_what_it_says_is_not_logged()
    {
        using var root = it.BuildPolling();
        using var failing = ChangeToken.OnChange(root.GetReloadToken, () => throw new InvalidDataException(root["Mail:Host"]));
        it.Server.Hold(("Mail__Host", "second-value"));
        await it.PollAsync();
        await it.NextChangeAsync();
        it.Server.Hold(("Mail__Host", "third-value"));
        await it.PollAsync();
        await it.NextChangeAsync();

        Assert.Equal("third-value", root["Mail:Host"]);
        Assert.Contains("Error: A listener to changes of web/production failed: InvalidDataException", it.Log);
        Assert.DoesNotContain(it.Log, line => line.Contains("-value", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_an_interval_it_reads_once_and_again_when_told_to()
    {
        using var root = it.Build();
        it.Server.Hold(("Mail__Host", "second-value"));
        it.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("first-value", root["Mail:Host"]);

        root.Reload();

        Assert.Equal("second-value", root["Mail:Host"]);
        Assert.Equal([200, 200], it.Server.Statuses);
    }

    [Fact]
    public void A_reload_that_fails_is_an_error_and_keeps_the_values()
    {
        using var root = it.Build();
        it.Server.IsDown = true;

        Assert.Throws<SecronnaException>(root.Reload);

        Assert.Equal("first-value", root["Mail:Host"]);
    }

    [Fact]
    public async Task Disposing_ends_the_polling()
    {
        var root = it.BuildPolling();
        using var witness = it.BuildPolling(options => options.Environment = "web/witness");

        root.Dispose();
        root.Dispose();
        await it.PollAsync();
        await it.PollAsync();
        await it.PollAsync();

        Assert.Equal(1, it.Server.Paths.Count(path => path.Contains("production", StringComparison.Ordinal)));
        Assert.Equal(4, it.Server.Paths.Count(path => path.Contains("witness", StringComparison.Ordinal)));
        Assert.Throws<ObjectDisposedException>(root.Reload);
    }

    [Fact]
    public async Task Disposing_gives_up_a_poll_under_way()
    {
        var root = it.BuildPolling();
        it.Server.Hangs = true;
        await it.PollAsync();

        root.Dispose();

        await it.Server.GivenUp.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(it.Log, line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    public void Dispose() => it.Dispose();

    private int Failures() =>
        it.Log.Count(line => line.StartsWith("Warning: The last values of web/production stay: ", StringComparison.Ordinal));

    private sealed class Mail
    {
        public string? Host { get; set; }
    }
}
