using System.Diagnostics;
using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Clients;

/// <summary>The samples run as programs of their own against the development server.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task Fetching_an_environment_prints_its_keys_and_leaves_an_audit_entry_for_each_value()
    {
        await using var dev = await DevServer.StartAsync();

        var ended = await ClientProgram.RunAsync("FetchSecrets", dev.Folder.Path, dev.Cli.Variables, "", "demo/development");

        Assert.Equal((0, "1 secret(s): GREETING\n", ""), (ended.ExitCode, ended.Out, ended.Error));
        using var api = dev.Connect();
        var entry = Assert.Single((await api.GetAsync("/api/v1/audit?action=secret.reveal")).Data.AsArray());
        Assert.Equal("demo/development/GREETING", (string)entry!["metadata"]!["path"]!);
    }

    [Fact]
    public async Task A_refusal_is_printed_with_its_code_and_without_the_token()
    {
        await using var dev = await DevServer.StartAsync();
        dev.Cli.Variables["SECRONNA_TOKEN"] = "st_live_canary";
        var ended = await ClientProgram.RunAsync("FetchSecrets", dev.Folder.Path, dev.Cli.Variables, "", "demo/development");
        Assert.Equal((1, ""), (ended.ExitCode, ended.Out));
        Assert.StartsWith("Error [AUTH_REQUIRED]: ", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_web_application_takes_a_new_value_while_it_runs()
    {
        await using var dev = await DevServer.StartAsync();
        using var api = dev.Connect();
        dev.Cli.Variables["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        using var application = ClientProgram.Start("WebApp", dev.Folder.Path, dev.Cli.Variables);
        try
        {
            using var http = new HttpClient { BaseAddress = await ReadAddressAsync(application) };
            Assert.Equal("Hello from Secronna", await http.GetStringAsync("/"));
            var found = (await api.GetAsync("/api/v1/projects/by-slug/demo/environments/development")).Data;
            var id = (string)found["environment"]!["id"]!;
            Assert.Equal(201, (await api.PutAsync($"/api/v1/environments/{id}/secrets", new JsonObject { ["key"] = "GREETING", ["value"] = "Good evening" })).Status);

            await Until.HoldsAsync("the application greets with the new value", async () => await http.GetStringAsync("/") == "Good evening");
        }
        finally
        {
            application.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task A_web_application_that_can_not_check_for_new_values_logs_that_without_the_old_values()
    {
        await using var dev = await DevServer.StartAsync();
        var variables = dev.Cli.Variables;
        variables["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        using var application = ClientProgram.Start("WebApp", dev.Folder.Path, variables);
        try
        {
            await ReadLogAsync(application, "Now listening on: ");

            await dev.StopAsync();

            var line = await ReadLogAsync(application, "Could not check demo/development for changes; the last values stay in use: ");
            Assert.DoesNotContain("Hello", line, StringComparison.Ordinal);
            Assert.DoesNotContain(variables["SECRONNA_TOKEN"], line, StringComparison.Ordinal);
        }
        finally
        {
            application.Kill(entireProcessTree: true);
        }
    }

    private static async Task<Uri> ReadAddressAsync(Process application)
    {
        var address = new Uri((await ReadLogAsync(application, "Now listening on: ")).Trim());
        // The output is read from now on, so that the application never blocks on a full pipe.
        _ = application.StandardOutput.ReadToEndAsync();
        _ = application.StandardError.ReadToEndAsync();
        return address;
    }

    // Reads up to a line that contains a text, and gives the rest of that line.
    private static async Task<string> ReadLogAsync(Process application, string text)
    {
        while (await application.StandardOutput.ReadLineAsync().WaitAsync(Until.Patience) is { } line)
        {
            if (line.IndexOf(text, StringComparison.Ordinal) is var at and >= 0)
            {
                return line[(at + text.Length)..];
            }
        }

        throw new InvalidOperationException(await application.StandardError.ReadToEndAsync());
    }
}
