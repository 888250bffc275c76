using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Secronna.Server.Access;
using Secronna.Server.Http;
using Secronna.Storage.Engine;
using Xunit;

namespace Secronna.IntegrationTests.Http;

/// <summary>The errors that the outermost middleware logs and counts.</summary>
public sealed class ErrorHandlingTests : IDisposable
{
    private readonly AsyncLocal<List<string>?> counted = new();
    private readonly CapturedLog log = new();

    public static TheoryData<Exception, bool> Aborted { get; } = new()
    {
        { new ConnectionResetException("reset"), false },
        { new ConnectionResetException("reset"), true },
        { new OperationCanceledException(), true },
        { new IOException("gone"), true },
        { new BadHttpRequestException("Unexpected end of request content."), true },
    };

    public void Dispose() => log.Dispose();

    [Theory]
    [MemberData(nameof(Aborted))]
    public async Task An_exception_after_the_caller_went_away_is_neither_logged_nor_counted_as_an_error(Exception exception, bool isAborted)
    {
        var context = NewContext(isAborted);

        Assert.Empty(await RunAsync(context, _ => throw exception));

        Assert.DoesNotContain(log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
        Assert.Equal(0, context.Response.Body.Length);
    }

    [Fact]
    public async Task An_exception_while_the_caller_is_connected_is_logged_without_its_message_and_counted()
    {
        Assert.Equal(["INTERNAL_ERROR"], await RunAsync(NewContext(isAborted: false), _ => throw new IOException("canary")));

        var line = Assert.Single(log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
        Assert.Contains("IOException", line, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, "NOT_FOUND")]
    [InlineData(405, "VALIDATION_ERROR")]
    public async Task Answers_to_unknown_routes_and_methods_are_counted(int status, string code)
    {
        var context = NewContext(isAborted: false);

        Assert.Equal([code], await RunAsync(context, request =>
        {
            request.Response.StatusCode = status;
            return Task.CompletedTask;
        }));

        Assert.Equal(status, context.Response.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_that_ends_on_the_thread_of_the_writer_leaves_it(bool fails)
    {
        var isOnWriter = new TaskCompletionSource<(bool Before, bool After)>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => _ = RunOnWriterAsync()).Start();
        Assert.Equal((true, false), await isOnWriter.Task.WaitAsync(TimeSpan.FromMinutes(1)));

        async Task RunOnWriterAsync()
        {
            WriterThread.Enter();
            var before = false;
            await RunAsync(NewContext(isAborted: false), _ =>
            {
                before = WriterThread.IsCurrent;
                return fails ? throw new TimeZoneNotFoundException() : Task.CompletedTask;
            });
            isOnWriter.SetResult((before, WriterThread.IsCurrent));
        }
    }

    // Measurements arrive in the asynchronous flow that made them, so those of other tests are not seen.
    private async Task<List<string>> RunAsync(HttpContext context, RequestDelegate next)
    {
        var codes = new List<string>();
        counted.Value = codes;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, meters) =>
        {
            if (instrument is { Meter.Name: ServerMetrics.MeterName, Name: "secronna.errors" })
            {
                meters.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => counted.Value?.Add((string)tags[0].Value!));
        listener.Start();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(log));
        var errors = new ErrorHandling(
            next, new RefusalPace(), TimeProvider.System, context.RequestServices, factory.CreateLogger<ErrorHandling>());
        await errors.InvokeAsync(context);
        return codes;
    }

    private static DefaultHttpContext NewContext(bool isAborted)
    {
        var context = new DefaultHttpContext
        {
            RequestServices = new ServiceCollection().AddSingleton(TimeProvider.System).BuildServiceProvider(),
            RequestAborted = new CancellationToken(isAborted),
        };
        context.Response.Body = new MemoryStream();
        return context;
    }
}
