using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Secronna.Client;
using Xunit;

namespace Secronna.IntegrationTests.Clients;

/// <summary>The configuration provider for .NET applications, against a real server.</summary>
public sealed class ConfigurationTests(SharedServer shared)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_running_host_gets_a_changed_value_and_an_unchanged_poll_causes_no_audit_entry()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("Greeting__Text", "good morning"), ("OTHER", "another")]);
        var time = new FakeTimeProvider();
        var statuses = new ConcurrentQueue<int>();
        using var client = new SecronnaClient(
            new HttpClient(new StatusRecorder(statuses)),
            new SecronnaClientOptions { Server = environment.Server.Address, Token = environment.Workspace.Token });
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddSecronna(o =>
        {
            o.Environment = $"{environment.ProjectSlug}/{environment.Slug}";
            o.ReloadInterval = Interval;
            o.Client = client;
            o.TimeProvider = time;
        });
        builder.Services.Configure<Greeting>(builder.Configuration.GetSection("Greeting"));
        using var host = builder.Build();
        await host.StartAsync();
        var greeting = host.Services.GetRequiredService<IOptionsMonitor<Greeting>>();
        var changed = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = greeting.OnChange(value => changed.TrySetResult(value.Text));
        Assert.Equal("good morning", greeting.CurrentValue.Text);
        var records = (await environment.Workspace.AuditAsync()).Count;
        Assert.Equal(2, (await environment.Workspace.AuditAsync("action=secret.reveal")).Count);

        time.Advance(Interval);
        await Until.HoldsAsync("the host asked for changes", () => statuses.Count == 2);
        Assert.Equal([200, 304], statuses);
        Assert.Equal(records, (await environment.Workspace.AuditAsync()).Count);
        Assert.False(changed.Task.IsCompleted);

        await environment.WriteAsync("Greeting__Text", "good evening");
        time.Advance(Interval);

        Assert.Equal("good evening", await changed.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("good evening", greeting.CurrentValue.Text);
        Assert.Equal(4, (await environment.Workspace.AuditAsync("action=secret.reveal")).Count);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_server_and_a_token_are_enough_to_read_an_environment()
    {
        var environment = await shared.NewTestEnvironmentAsync();
        await environment.WriteAllAsync([("Mail__Host", "mail.example"), ("OTHER", "another")]);

        using var configuration = (ConfigurationRoot)new ConfigurationBuilder().AddSecronna(o =>
        {
            o.Environment = environment.Id;
            o.Server = environment.Server.Address;
            o.Token = environment.Workspace.Token;
            o.Keys = ["Mail__Host"];
        }).Build();

        Assert.Equal("mail.example", configuration["Mail:Host"]);
        Assert.Null(configuration["OTHER"]);
        Assert.Single(await environment.Workspace.AuditAsync("action=secret.reveal"));
    }

    [Fact]
    public async Task A_missing_key_is_an_error_that_names_it()
    {
        var environment = await shared.NewTestEnvironmentAsync();

        var error = Assert.Throws<SecronnaException>(() => new ConfigurationBuilder().AddSecronna(o =>
        {
            o.Environment = environment.Id;
            o.Server = environment.Server.Address;
            o.Token = environment.Workspace.Token;
            o.Keys = ["Mail__Host"];
            o.Optional = true;
        }).Build());

        Assert.Equal("NOT_FOUND", error.Code);
        Assert.Contains("Mail__Host", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(environment.Workspace.Token, error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Collects the status of each answer.</summary>
    private sealed class StatusRecorder(ConcurrentQueue<int> statuses) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            statuses.Enqueue((int)response.StatusCode);
            return response;
        }
    }

    private sealed class Greeting
    {
        public string? Text { get; set; }
    }
}
