using Secronna.Client;

namespace Secronna.Configuration;

/// <summary>The errors of loading an environment, and the texts that logs may show for them.</summary>
internal static class LoadErrors
{
    public static SecronnaException NotLoaded(EnvironmentName environment, SecronnaException reason) => new(
        $"the configuration of {environment} could not be loaded: {reason.Message}",
        reason.Code, reason.Status, reason.RequestId, reason)
    {
        RetryAfter = reason.RetryAfter,
    };

    public static SecronnaException TimedOut(TimeSpan time) =>
        new($"the server did not answer within the startup timeout of {time.TotalSeconds:0.###} s");

    public static InvalidDataException Unusable(EnvironmentName environment, string reason) =>
        new($"the configuration of {environment} could not be loaded: {reason}");

    /// <summary>
    /// The text that a log may show for a failure to read. Only messages of this package and of the client are known to hold no
    /// value. For any other exception, the log shows its type.
    /// </summary>
    public static string Describe(Exception exception) =>
        exception is SecronnaException or InvalidDataException ? exception.Message : TypeNames(exception);

    /// <summary>
    /// The type of an exception, or the types that an aggregate holds. Messages may quote values: the configuration binder quotes
    /// a value that it could not convert.
    /// </summary>
    public static string TypeNames(Exception exception) => exception is AggregateException many
        ? string.Join(", ", many.Flatten().InnerExceptions.Select(inner => inner.GetType().Name).Distinct())
        : exception.GetType().Name;
}
