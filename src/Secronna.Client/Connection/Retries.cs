using System.Net;
using Polly;
using Polly.Retry;
using Secronna.Protocol;

namespace Secronna.Client.Connection;

/// <summary>When a request is sent again, and after how long.</summary>
internal static class Retries
{
    public static ResiliencePropertyKey<Repeats> Repeats { get; } = new("repeats");

    public static ResiliencePipeline Pipeline(SecronnaClientOptions options)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = options.TimeProvider };
        return options.Retries == 0 ? ResiliencePipeline.Empty : builder.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = options.Retries,
            Delay = options.RetryDelay,
            MaxDelay = options.LongestRetryDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is SecronnaException error
                && IsWorthIt(error, arguments.Context.Properties.GetValue(Repeats, Connection.Repeats.Unseen), options)),
            DelayGenerator = arguments => ValueTask.FromResult((arguments.Outcome.Exception as SecronnaException)?.RetryAfter),
        }).Build();
    }

    private static bool IsWorthIt(SecronnaException error, Repeats repeats, SecronnaClientOptions options)
    {
        if (error.RetryAfter > options.LongestRetryDelay)
        {
            return false;
        }

        // Turned away before it was looked at, or never arrived.
        var isUnseen = error.Status == (int)HttpStatusCode.TooManyRequests
            || error.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };
        return isUnseen || (repeats != Connection.Repeats.Unseen && error.Code == ErrorCodes.Unavailable);
    }
}
