using Secronna.Client;

namespace Secronna.Configuration;

/// <summary>Why an environment could not become configuration.</summary>
internal static class Errors
{
    public static SecronnaException NotLoaded(EnvironmentName environment, SecronnaException reason) => new(
        $"the configuration of {environment} could not be loaded: {reason.Message}",
        reason.Code, reason.Status, reason.RequestId, reason)
    {
        RetryAfter = reason.RetryAfter,
    };

    public static SecronnaException TooSlow(TimeSpan time) =>
        new($"the server did not answer within the startup timeout of {time.TotalSeconds:0.###} s");

    public static InvalidDataException Unusable(EnvironmentName environment, string reason) =>
        new($"the configuration of {environment} could not be loaded: {reason}");

    /// <summary>What may be said of a failure to read: errors of this package and of the client alone are known to hold no value.</summary>
    public static string Reason(Exception exception) =>
        exception is SecronnaException or InvalidDataException ? exception.Message : Kinds(exception);

    /// <summary>What may be said of anyone's error: the binder, for one, quotes the value that it could not convert.</summary>
    public static string Kinds(Exception exception) => exception is AggregateException many
        ? string.Join(", ", many.Flatten().InnerExceptions.Select(one => one.GetType().Name).Distinct())
        : exception.GetType().Name;
}
