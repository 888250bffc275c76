using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Secronna.Client;
using Xunit;

namespace Secronna.UnitTests.Configuration;

/// <summary>Polling applies each change once. A failed poll keeps the values.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly ConfigurationFixture fixture = new();

    public ReloadTests() => fixture.Server.Hold(("Mail__Host", "first-value"));

    [Fact]
    public async Task An_unchanged_environment_is_not_read_again_and_announces_nothing()
    {
        using var root = fixture.BuildPolling();

        await fixture.PollAsync();
        await fixture.PollAsync();
        await fixture.PollAsync();

        Assert.Equal([200, 304, 304], fixture.Server.Statuses.Take(3));
        Assert.Equal((0, "first-value"), (fixture.Changes, root["Mail:Host"]));
    }

    [Fact]
    public async Task A_change_is_taken_and_announced_once()
    {
        using var root = fixture.BuildPolling();
        fixture.Server.Hold(("Mail__Host", "second-value"), ("Mail__Port", "25"));

        await fixture.PollAsync();
        await fixture.NextChangeAsync();
        await fixture.PollAsync();
        await fixture.PollAsync();

        Assert.Equal(1, fixture.Changes);
        Assert.Equal(("second-value", "25"), (root["Mail:Host"], root["Mail:Port"]));
        Assert.DoesNotContain(fixture.Log, line => line.Contains("-value", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deleted_secret_disappears_from_the_configuration()
    {
        using var root = fixture.BuildPolling();
        fixture.Server.Hold();

        await fixture.PollAsync();
        await fixture.NextChangeAsync();

        Assert.Empty(root.AsEnumerable());
    }

    [Fact]
    public async Task A_new_version_with_the_same_value_announces_nothing()
    {
        using var root = fixture.BuildPolling();
        fixture.Server.Hold(("Mail__Host", "first-value"));

        await fixture.PollAsync();
        await fixture.PollAsync();
        await fixture.PollAsync();

        Assert.Equal([200, 200, 304], fixture.Server.Statuses.Take(3));
        Assert.Equal(0, fixture.Changes);
    }

    [Fact]
    public async Task A_failed_poll_keeps_the_values_and_the_next_successful_poll_announces_the_change()
    {
        using var root = fixture.BuildPolling();
        fixture.Server.Hold(("Mail__Host", "second-value"));
        fixture.Server.IsDown = true;
        await fixture.PollAsync();
        fixture.Server.Refusal = (401, "AUTH_REQUIRED");
        fixture.Server.IsDown = false;
        await fixture.PollAsync();
        await fixture.PollAsync();
        Assert.Equal((0, "first-value"), (fixture.Changes, root["Mail:Host"]));
        Assert.InRange(Failures(), 2, 3);

        fixture.Server.Refusal = null;
        await fixture.PollAsync();
        await fixture.NextChangeAsync();

        Assert.Equal((1, "second-value"), (fixture.Changes, root["Mail:Host"]));
        Assert.DoesNotContain(fixture.Log, line => line.Contains("-value", StringComparison.Ordinal) || line.Contains(ConfigurationFixture.Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Secrets_with_the_same_configuration_key_keep_the_old_values_and_are_not_read_again_until_they_change()
    {
        using var root = fixture.BuildPolling();
        fixture.Server.Hold(("Mail__Host", "second-value"), ("MAIL__HOST", "third-value"));
        await fixture.PollAsync();
        await fixture.PollAsync();
        await fixture.PollAsync();
        Assert.Equal((0, "first-value"), (fixture.Changes, root["Mail:Host"]));
        Assert.Equal([200, 200, 304], fixture.Server.Statuses.Take(3));
        Assert.Throws<InvalidDataException>(root.Reload);

        fixture.Server.Hold(("Mail__Host", "second-value"));
        fixture.Server.ForgetRequests();
        await fixture.PollAsync();
        await fixture.NextChangeAsync();

        Assert.Equal("second-value", root["Mail:Host"]);
        Assert.DoesNotContain(fixture.Log, line => line.Contains("-value", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_optional_loading_failed_a_poll_takes_the_values_once_the_server_answers()
    {
        fixture.Server.IsDown = true;
        using var root = fixture.BuildPolling(options => options.Optional = true);
        fixture.Server.IsDown = false;

        await fixture.PollAsync();
        await fixture.NextChangeAsync();

        Assert.Equal((1, "first-value"), (fixture.Changes, root["Mail:Host"]));
    }

    [Fact]
    public async Task Options_monitors_see_the_new_value()
    {
        using var root = fixture.BuildPolling();
        await using var services = new ServiceCollection()
            .Configure<Mail>(root.GetSection("Mail"))
            .BuildServiceProvider();
        var monitor = services.GetRequiredService<IOptionsMonitor<Mail>>();
        var told = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = monitor.OnChange(mail => told.TrySetResult(mail.Host));
        Assert.Equal("first-value", monitor.CurrentValue.Host);
        fixture.Server.Hold(("Mail__Host", "second-value"));

        await fixture.PollAsync();

        Assert.Equal("second-value", await told.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("second-value", monitor.CurrentValue.Host);
    }

    [Fact]
    public async Task A_failing_listener_does_not_end_the_polling_and_its_message_is_not_logged()
    {
        using var root = fixture.BuildPolling();
        using var failing = ChangeToken.OnChange(root.GetReloadToken, () => throw new InvalidDataException(root["Mail:Host"]));
        fixture.Server.Hold(("Mail__Host", "second-value"));
        await fixture.PollAsync();
        await fixture.NextChangeAsync();
        fixture.Server.Hold(("Mail__Host", "third-value"));
        await fixture.PollAsync();
        await fixture.NextChangeAsync();

        Assert.Equal("third-value", root["Mail:Host"]);
        Assert.Contains("Error: A listener for changes of web/production failed: InvalidDataException", fixture.Log);
        Assert.DoesNotContain(fixture.Log, line => line.Contains("-value", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_an_interval_the_environment_is_read_once_and_on_reload()
    {
        using var root = fixture.Build();
        fixture.Server.Hold(("Mail__Host", "second-value"));
        fixture.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("first-value", root["Mail:Host"]);

        root.Reload();

        Assert.Equal("second-value", root["Mail:Host"]);
        Assert.Equal([200, 200], fixture.Server.Statuses);
    }

    [Fact]
    public void A_failed_reload_is_an_error_and_keeps_the_values()
    {
        using var root = fixture.Build();
        fixture.Server.IsDown = true;

        Assert.Throws<SecronnaException>(root.Reload);

        Assert.Equal("first-value", root["Mail:Host"]);
    }

    [Fact]
    public async Task Disposing_ends_the_polling()
    {
        var root = fixture.BuildPolling();
        using var witness = fixture.BuildPolling(options => options.Environment = "web/witness");

        root.Dispose();
        root.Dispose();
        await fixture.PollAsync();
        await fixture.PollAsync();
        await fixture.PollAsync();

        Assert.Equal(1, fixture.Server.Paths.Count(path => path.Contains("production", StringComparison.Ordinal)));
        Assert.Equal(4, fixture.Server.Paths.Count(path => path.Contains("witness", StringComparison.Ordinal)));
        Assert.Throws<ObjectDisposedException>(root.Reload);
    }

    [Fact]
    public async Task Disposing_cancels_a_running_poll()
    {
        var root = fixture.BuildPolling();
        fixture.Server.Hangs = true;
        await fixture.PollAsync();

        root.Dispose();

        await fixture.Server.GivenUp.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(fixture.Log, line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    public void Dispose() => fixture.Dispose();

    private int Failures() =>
        fixture.Log.Count(line => line.StartsWith("Warning: Could not check web/production for changes; the last values stay in use: ", StringComparison.Ordinal));

    private sealed class Mail
    {
        public string? Host { get; set; }
    }
}
