// The tests use processes, signals, file modes and /proc.
[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

// Each test starts servers, and some put them under full load: the tests run one at a time.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
