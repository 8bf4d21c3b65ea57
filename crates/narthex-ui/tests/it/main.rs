//! The pages, read as a browser and as a screen reader would read them.

mod every_page;
mod forms;
mod hostile;
mod html;
mod samples;
